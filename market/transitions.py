"""States and the one way to change them: a guarded update, so that the loser of a race finds out.

A `Lifecycle` is one dict of allowed transitions for one thing, written in that thing's `states.py`. The diagrams in
docs/states.md are drawn from it.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from market.errors import DomainError, Kind

State = TypeVar("State", bound=StrEnum)


class Rows(Protocol):
    """What a guarded update needs of a Django QuerySet; this module stays free of Django."""

    def filter(self, **conditions: Any) -> "Rows": ...
    def update(self, **changes: Any) -> int: ...


class WrongState(DomainError):
    """What this is about is not in a state that allows it."""

    code = "wrong_state"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix = "Fetch it again: its state has changed, and with it what can be done."


class VersionMismatch(DomainError):
    """It has changed since the version that was sent. `facts`: version, the one it has now."""

    code = "version_mismatch"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix = "Fetch it again, look whether the change is still right, and send it with the version it has now."


def check_version(version: int, *, among: Collection[int] | None) -> None:
    """`among`: the versions that a change is meant for; None: whichever there is."""
    if among is not None and version not in among:
        raise VersionMismatch(f"This is version {version} by now.", facts={"version": version})


class ImpossibleTransition(Exception):
    """A programming error: an operation asked for a transition that its lifecycle does not have."""


@dataclass(frozen=True)
class Lifecycle(Generic[State]):
    """The states of one thing: from each state, the states it may become and the verb that does it."""

    name: str
    start: State
    allowed: Mapping[State, Mapping[State, str]]

    def ends(self) -> frozenset[State]:
        """The states that nothing leaves."""
        return frozenset(state for state in type(self.start) if not self.allowed.get(state))

    def transitions(self) -> Iterator[tuple[State, State, str]]:
        for source, targets in self.allowed.items():
            for target, verb in targets.items():
                yield source, target, verb

    def check(self, source: State, to: State) -> None:
        if to not in self.allowed.get(source, {}):
            raise ImpossibleTransition(f"{self.name}: no transition from {source} to {to}")

    def move(self, rows: Rows, *, source: State | Collection[State], to: State, **changes: Any) -> bool:
        """Change one row from `source` to `to`. False when somebody else was faster: nothing has changed then."""
        sources = [source] if isinstance(source, StrEnum) else list(source)
        for each in sources:
            self.check(each, to)
        updated = rows.filter(state__in=sources).update(state=to, **changes)
        if updated > 1:
            raise ImpossibleTransition(f"{self.name}: a guarded update is for one row, this one met {updated}")
        return updated == 1


def mermaid(lifecycle: Lifecycle[Any]) -> str:
    """The state diagram of a lifecycle, for the generated documents."""
    lines = ["stateDiagram-v2", f"    [*] --> {lifecycle.start}"]
    lines += [f"    {source} --> {target}: {verb}" for source, target, verb in lifecycle.transitions()]
    lines += [f"    {state} --> [*]" for state in type(lifecycle.start) if state in lifecycle.ends()]
    return "\n".join(lines)

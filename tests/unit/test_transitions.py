"""Lifecycles: what is allowed, what is refused, and who finds out."""

from enum import StrEnum
from typing import Any

import pytest

from market.transitions import ImpossibleTransition, Lifecycle, mermaid


class Light(StrEnum):
    OFF = "off"
    ON = "on"
    BROKEN = "broken"


LIGHT = Lifecycle(
    name="light",
    start=Light.OFF,
    allowed={Light.OFF: {Light.ON: "switch on"}, Light.ON: {Light.OFF: "switch off", Light.BROKEN: "break"}},
)


class Rows:
    """A table as far as a guarded update sees it."""

    def __init__(self, *states: Light) -> None:
        self.states = list(states)
        self.met: list[int] | None = None
        self.changes: dict[str, Any] = {}

    def filter(self, **conditions: Any) -> "Rows":
        assert list(conditions) == ["state__in"]
        self.met = [index for index, state in enumerate(self.states) if state in conditions["state__in"]]
        return self

    def update(self, **changes: Any) -> int:
        assert self.met is not None, "an update without its guard"
        for index in self.met:
            self.states[index] = changes["state"]
        self.changes = changes
        return len(self.met)


def test_a_transition_changes_the_state_and_what_goes_with_it() -> None:
    rows = Rows(Light.OFF)
    assert LIGHT.move(rows, source=Light.OFF, to=Light.ON, switched_by="me")
    assert rows.states == [Light.ON]
    assert rows.changes["switched_by"] == "me"


def test_the_loser_of_a_race_finds_out() -> None:
    rows = Rows(Light.BROKEN)
    assert not LIGHT.move(rows, source=Light.ON, to=Light.OFF)
    assert rows.states == [Light.BROKEN]


def test_a_transition_may_have_several_sources_if_each_allows_it() -> None:
    with pytest.raises(ImpossibleTransition):
        LIGHT.move(Rows(Light.ON), source=[Light.OFF, Light.ON], to=Light.BROKEN)


def test_a_transition_that_does_not_exist_is_a_programming_error_and_touches_nothing() -> None:
    rows = Rows(Light.OFF)
    with pytest.raises(ImpossibleTransition):
        LIGHT.move(rows, source=Light.OFF, to=Light.BROKEN)
    assert rows.met is None


def test_a_guarded_update_that_meets_more_than_one_row_is_a_programming_error() -> None:
    with pytest.raises(ImpossibleTransition):
        LIGHT.move(Rows(Light.OFF, Light.OFF), source=Light.OFF, to=Light.ON)


def test_the_diagram_shows_every_transition_and_both_ends() -> None:
    assert mermaid(LIGHT).splitlines() == [
        "stateDiagram-v2",
        "    [*] --> off",
        "    off --> on: switch on",
        "    on --> off: switch off",
        "    on --> broken: break",
        "    broken --> [*]",
    ]

"""The processes of the house: started, watched, started again when one dies, stopped from the top to the ground.

Each child leads a process group of its own, so that stopping it reaches its children too, and so that a Ctrl-C in the
terminal reaches us alone and the order of stopping stays ours.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Any

from market.engine import leftovers
from market.engine.faults import Fault
from market.engine.interrupts import Interrupts
from market.engine.journal import Journal
from market.engine.telling import note

# One that lived that long is not held to have died over and over.
_SETTLED_SECONDS = 30.0
_LONGEST_PAUSE_SECONDS = 30.0


class Floor(IntEnum):
    """What stands on what: stopped from the top down."""

    GROUND = 0
    HOUSE = 1
    FRONT = 2


def _nothing() -> None:
    pass


@dataclass(eq=False)
class Child:
    name: str
    command: Sequence[str]
    ready: Callable[[], bool]
    environment: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM
    patience: float = 15.0  # how long it may take to stop before it is killed
    floor: Floor = Floor.HOUSE
    clear_the_way: Callable[[], None] = _nothing  # done before each start
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    deaths: int = 0  # in a row
    again: float | None = None  # when it is to be started again, once it has died

    @property
    def lives(self) -> bool:
        return self.process is not None and self.process.poll() is None


class Children:
    """All children, in the order in which they were started."""

    def __init__(self, *, home: Path, logs: Path, interrupts: Interrupts) -> None:
        self._home = home
        self._logs = logs
        self._interrupts = interrupts
        self._all: list[Child] = []
        self._journals: dict[str, Journal] = {}

    def start(self, child: Child) -> None:
        if child not in self._all:
            self._all.append(child)
        child.clear_the_way()
        journal = self._journal(child)
        journal.begin()
        with journal.path.open("ab") as log:
            child.process = subprocess.Popen(
                child.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **child.environment, leftovers.MARK: str(self._home)},
                start_new_session=True,
                **child.options,
            )
        child.started = time.monotonic()
        child.again = None

    def restart(self, child: Child) -> None:
        self._stop([child])
        self.start(child)

    def finish(self, child: Child) -> None:
        """Run a child that comes to an end by itself, and wait for that."""
        self.start(child)
        process = child.process
        assert process is not None
        try:
            while process.poll() is None:
                self._interrupts.wait(0.05)
                self._interrupts.check()
        finally:
            self._stop([child])
            self._all.remove(child)
        if process.returncode:
            raise Fault(f"{child.name} failed: {self._words(child)}")

    def wait_until_ready(self, *children: Child, within: float) -> None:
        """Wait for children to say they are ready. A fault when one dies or takes too long."""
        deadline = time.monotonic() + within
        waiting = list(children)
        while waiting:
            self._interrupts.check()
            for child in list(waiting):
                if not child.lives:
                    raise Fault(f"{child.name} did not start: {self._words(child)}")
                if child.ready():
                    waiting.remove(child)
            if waiting and time.monotonic() > deadline:
                names = ", ".join(child.name for child in waiting)
                raise Fault(f"{names} did not get ready within {within:.0f} s: see {self._logs}")
            if waiting:
                self._interrupts.wait(0.02)

    def watch(self) -> None:
        """Start again whoever has died: at once, and after longer and longer pauses if it dies again and again.

        The house is not given up over it: what a child lacks (room on the disk, a database elsewhere) may come back.
        """
        now = time.monotonic()
        for child in self._all:
            with suppress(OSError):  # a log that is not cut today is cut another time
                self._journal(child).rotate()
            if child.lives:
                if now - child.started > _SETTLED_SECONDS:
                    child.deaths = 0
                continue
            if child.again is None:
                child.again = now + self._mourn(child)
            if now >= child.again:
                try:
                    self.start(child)
                except OSError as error:
                    child.deaths += 1
                    child.again = now + _pause(child.deaths)
                    note(f"{child.name} could not be started ({error.strerror}); trying again")

    def _mourn(self, child: Child) -> float:
        """Say that a child has died. How long to wait before it is started again."""
        if child.process is not None:
            _kill_group(child.process.pid)  # what it may have left behind holds its sockets
        ending = _ending(child.process.returncode) if child.process else "it could not be started"
        child.process = None
        child.deaths += 1
        pause = _pause(child.deaths)
        when = f"in {pause:.0f} s" if pause else "now"
        note(f"{child.name} ended ({ending}); starting it again {when}")
        if child.deaths > 1:
            note(f"{child.name} had said: {self._words(child)}")
        return pause

    def stop(self) -> None:
        """Stop all. A second interrupt stops the waiting: whoever is left is killed."""
        for floor in sorted(Floor, reverse=True):
            self._stop([child for child in reversed(self._all) if child.floor is floor])
        leftovers.kill(self._home)

    def _stop(self, children: Sequence[Child]) -> None:
        enough = self._interrupts.count + 1
        living = [child for child in children if child.lives]
        for child in living:
            assert child.process is not None
            child.process.send_signal(child.stop_signal)
        asked = time.monotonic()
        while living and self._interrupts.count < enough:
            living = [child for child in living if child.lives and time.monotonic() - asked < child.patience]
            if living:
                self._interrupts.wait(0.05)
        for child in children:
            if child.process is not None:
                _kill_group(child.process.pid)
                child.process.wait()
                child.process = None

    def _journal(self, child: Child) -> Journal:
        journal = self._journals.get(child.name)
        if journal is None:
            journal = self._journals[child.name] = Journal(self._logs / f"{child.name}.log")
        return journal

    def _words(self, child: Child) -> str:
        journal = self._journal(child)
        return f"{journal.last_words()} (all of it: {journal.path})"


def _pause(deaths: int) -> float:
    """None after the first death, then 1, 2, 4 … seconds."""
    return 0.0 if deaths <= 1 else min(2.0 ** (deaths - 2), _LONGEST_PAUSE_SECONDS)


def _ending(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


def _kill_group(pid: int) -> None:
    """Kill what is left of a child's process group, whose number is the child's own process id.

    Only right after the child's end was seen, and once: while one of the group lives nobody else can get the number,
    and where none does the system has had no time to hand it out again.
    """
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)

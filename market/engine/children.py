"""The processes of the house: started in order, watched, started again when one dies, stopped in the other order.

Each child leads a process group of its own, so that stopping it reaches its children too, and so that a Ctrl-C in the
terminal reaches us alone and the order of stopping stays ours.
"""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from market.engine.faults import Fault
from market.engine.interrupts import Interrupts

_MANY_DEATHS = 5
_MANY_DEATHS_SECONDS = 30.0
_LARGEST_OLD_LOG = 10 * 2**20


@dataclass
class Child:
    name: str
    command: Sequence[str]
    ready: Callable[[], bool]
    environment: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM
    patience: float = 15.0  # how long it may take to stop before it is killed
    process: subprocess.Popen[bytes] | None = None
    deaths: list[float] = field(default_factory=list)


class Children:
    """All children, in the order in which they were started."""

    def __init__(
        self, *, logs: Path, register: Path, say: Callable[[str], None], interrupts: Interrupts
    ) -> None:
        self._interrupts = interrupts
        self._logs = logs
        self._register = register
        self._say = say
        self._all: list[Child] = []

    def start(self, child: Child) -> None:
        if child not in self._all:
            self._all.append(child)
        self._logs.mkdir(parents=True, exist_ok=True)
        path = self.log_of(child)
        if path.exists() and path.stat().st_size > _LARGEST_OLD_LOG:
            path.replace(path.with_suffix(".old.log"))
        with path.open("ab") as log:
            child.process = subprocess.Popen(
                child.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **child.environment},
                start_new_session=True,
                **child.options,
            )
        self._write_register()

    def log_of(self, child: Child) -> Path:
        return self._logs / f"{child.name}.log"

    def wait_until_ready(self, *children: Child, within: float) -> bool:
        """Wait for children to say they are ready. False when interrupted; a fault when one dies or takes too long."""
        deadline = time.monotonic() + within
        waiting = list(children)
        while waiting and not self._interrupts.count:
            for child in list(waiting):
                process = child.process
                if process is None or process.poll() is not None:
                    raise Fault(f"{child.name} did not start: {self.last_words(child)} (all of it: {self.log_of(child)})")
                if child.ready():
                    waiting.remove(child)
            if waiting and time.monotonic() > deadline:
                names = ", ".join(child.name for child in waiting)
                raise Fault(f"{names} did not get ready within {within:.0f} s: see {self._logs}")
            if waiting:
                self._interrupts.wait(0.02)
        return not waiting

    def last_words(self, child: Child) -> str:
        lines = self.log_of(child).read_text(errors="replace").splitlines()
        spoken = [line.strip() for line in lines if line.strip()]
        return spoken[-1][:300] if spoken else "it said nothing"

    def revive(self) -> None:
        """Start again whoever has died. One that dies over and over is a fault."""
        for child in self._all:
            if child.process is None or child.process.poll() is None:
                continue
            now = time.monotonic()
            child.deaths = [death for death in child.deaths if now - death < _MANY_DEATHS_SECONDS] + [now]
            if len(child.deaths) >= _MANY_DEATHS:
                raise Fault(f"{child.name} keeps dying: {self.last_words(child)} (all of it: {self.log_of(child)})")
            self._say(f"{child.name} ended with {child.process.returncode}; starting it again")
            _kill_group(child.process.pid)  # what it may have left behind holds its sockets
            self.start(child)

    def stop(self) -> None:
        """Stop all, the last started first. A second interrupt stops the waiting: whoever is left is killed."""
        enough = self._interrupts.count + 1
        for child in reversed(self._all):
            process = child.process
            if process is None:
                continue
            if process.poll() is None:
                process.send_signal(child.stop_signal)
                deadline = time.monotonic() + child.patience
                while process.poll() is None and time.monotonic() < deadline and self._interrupts.count < enough:
                    self._interrupts.wait(0.05)
            _kill_group(process.pid)
            process.wait()
        self._register.unlink(missing_ok=True)

    def _write_register(self) -> None:
        living = [child.process for child in self._all if child.process is not None]
        entries = [{"pid": process.pid, "born": _born(process.pid)} for process in living]
        unfinished = self._register.with_suffix(".unfinished")
        unfinished.write_text(json.dumps(entries))
        unfinished.replace(self._register)


def end_leftovers(register: Path) -> int:
    """End what an owner who was killed has left running. A process id that somebody else has by now is left alone."""
    try:
        entries = json.loads(register.read_text())
    except FileNotFoundError:
        return 0
    except ValueError:  # torn by a full disk: nothing can be known from it
        register.unlink()
        return 0
    ended = sum(_end_session(entry["pid"], entry["born"]) for entry in reversed(entries))
    register.unlink()
    return ended


def _end_session(leader: int, born: float) -> int:
    if _born(leader) not in (None, born):
        return 0
    members = [process for process in psutil.process_iter() if _session_of(process.pid) == leader]
    # SIGINT is what Postgres stops fast and clean on; the others, whose owner is gone, may go as they like.
    for process in members:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGINT)
    _, stubborn = psutil.wait_procs(members, timeout=5)
    for process in stubborn:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(stubborn, timeout=5)
    return 1 if members else 0


def _born(pid: int) -> float | None:
    try:
        return psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        return None


def _session_of(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except (ProcessLookupError, PermissionError):
        return None


def _kill_group(pid: int) -> None:
    """Kill what is left of a child's process group, whose number is the child's own process id."""
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)

"""The files in which processes count: made for each process, cleared when the first one of a house starts.

Who lives is told by a lock on a file, which the system lets go of however a process ends. Process ids would not do:
they are given out again, and in containers that share the data folder they are all the same.
"""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from uuid import uuid4

# Written out in full when a process starts: a file that grew into a full disk would kill the process with SIGBUS.
_ROOM = {"counter": 2**18, "histogram": 2**20, "gauge_livesum": 2**16}


@dataclass(frozen=True)
class Process:
    """One that has entered: the name of its files, and who it is."""

    name: str
    host: str
    pid: int
    role: str


class Folder:
    def __init__(self, path: Path) -> None:
        self.path = path

    def enter(self, role: str) -> tuple[Process, IO[bytes]]:
        """Make this process's files. It counts as alive as long as the returned file is open."""
        self.path.mkdir(parents=True, exist_ok=True)
        # No underscore: the Prometheus client splits its files' names there.
        name = f"{role}-{uuid4().hex[:12]}"
        with self._alone():
            if not any(self._is_held(file) for file in self.path.glob("*.alive")):
                for file in [*self.path.glob("*.db"), *self.path.glob("*.alive")]:
                    file.unlink()
            held = (self.path / f"{name}.alive").open("wb")
            fcntl.flock(held, fcntl.LOCK_EX)
            held.write(f"{os.getpid()} {role} {socket.gethostname()}".encode())
            held.flush()
            for kind, size in _ROOM.items():
                (self.path / f"{kind}_{name}.db").write_bytes(bytes(size))
        return Process(name, socket.gethostname(), os.getpid(), role), held

    def living(self) -> Iterator[Process]:
        for file in sorted(self.path.glob("*.alive")):
            words = file.read_text().split()
            if len(words) == 3 and self._is_held(file):
                yield Process(file.stem, words[2], int(words[0]), words[1])

    def bury(self) -> None:
        """What a dead process was just doing is over; what it has counted stays."""
        with self._alone():
            for file in self.path.glob("*.alive"):
                if not self._is_held(file):
                    (self.path / f"gauge_livesum_{file.stem}.db").unlink(missing_ok=True)
                    file.unlink()

    @staticmethod
    def _is_held(file: Path) -> bool:
        with file.open("rb") as probe:
            try:
                fcntl.flock(probe, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            return False

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self.path / "lock").open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

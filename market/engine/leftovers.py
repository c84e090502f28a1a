"""Processes that an earlier house has left running because it was killed: found and ended.

Every child carries the data folder in its environment, so nothing has to be written down that a crash could lose, and
no process id is trusted that somebody else may have by now. Only Postgres overwrites the environment of its own
children; they are known by the folder they work in.
"""

import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

MARK = "SIGHTLINE_CHILD_OF"
_PATIENCE = 3.0
_PATIENCE_WITH_POSTGRES = 15.0


def end(home: Path, *, database: Path) -> int:
    """End all that an earlier house on this data folder has left. The number of processes that were."""
    others = [process for process in _marked(home) if not _is_postgres(process)]
    _stop(others, signal.SIGTERM, _PATIENCE)
    # Last, so that nobody was left to ask it; the others of its processes go with it.
    postgres = of_database(database)
    _stop(postgres, signal.SIGINT, _PATIENCE_WITH_POSTGRES)
    return len(others) + len(postgres)


def kill(home: Path) -> None:
    """Kill whoever still carries our mark, after all children were stopped."""
    _stop(list(_marked(home)), signal.SIGKILL, _PATIENCE)


def of_database(data: Path) -> list[psutil.Process]:
    """The Postgres processes on a database folder, whoever has started them."""
    folder = str(data.resolve())
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if _is_postgres(process) and process.cwd() == folder:
                found.append(process)
    return found


def _marked(home: Path) -> Iterator[psutil.Process]:
    # We may have been started from inside a house ourselves.
    spared = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.pid not in spared and process.environ().get(MARK) == str(home):
                yield process


def _is_postgres(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return process.name() == "postgres"
    return False


def _stop(processes: Sequence[psutil.Process], kindly: signal.Signals, patience: float) -> None:
    for number, wait in ((kindly, patience), (signal.SIGKILL, _PATIENCE)):
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(number)
        _, processes = psutil.wait_procs(processes, timeout=wait)
        if not processes:
            return

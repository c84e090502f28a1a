"""Clients of a bench that asks one Postgres from several sides at once: pgbench's, and threads as web workers are.

A commit takes a millisecond here: `commit_delay` makes it wait that long before each flush (with the data folder in
memory, where a flush itself takes no time).
"""

import multiprocessing
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import TypeVar

from market.engine.postgres import Postgres

ONE_MILLISECOND = (
    ("fsync", "on"),
    ("synchronous_commit", "on"),
    ("commit_delay", "1000"),
    ("commit_siblings", "0"),
    ("max_wal_size", "4GB"),
    ("max_connections", "100"),
)

Answer = TypeVar("Answer")
Client = Callable[[int, Callable[[], None]], Answer]


def pgbench(postgres: Postgres, script: Path, *, clients: int, until: tuple[str, int]) -> float:
    """Transactions per second. `until`: ("--time", seconds) or ("--transactions", of each client)."""
    words = [
        *(str(postgres.programs / "pgbench"), "--no-vacuum", "--protocol", "prepared", "--file", str(script)),
        *("--client", str(clients), "--jobs", "2" if clients > 1 else "1", until[0], str(until[1])),
        *("--host", str(postgres.sockets), "--username", "postgres", "sightline"),
    ]
    done = subprocess.run(words, capture_output=True, text=True)
    found = re.search(r"tps = ([0-9.]+)", done.stdout)
    if done.returncode or found is None:
        raise RuntimeError(done.stderr)
    return float(found.group(1))


def in_threads(client: Client[Answer], *, clients: int, processes: int, timeout: float) -> list[Answer]:
    """What so many clients answer. Each is given its number, and calls what it is given besides when it is ready.

    Nothing open may be there when this is called: the processes are forked.
    """
    ways = multiprocessing.get_context("fork")
    begin = ways.Barrier(clients)
    done: multiprocessing.Queue[Answer] = ways.Queue()

    def wait() -> None:
        begin.wait(timeout)

    def work(first: int) -> None:
        threads = [
            Thread(target=lambda number=number: done.put(client(number, wait)))
            for number in range(first, clients, processes)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    workers = [ways.Process(target=work, args=(first,)) for first in range(processes)]
    for worker in workers:
        worker.start()
    answers = [done.get(timeout=timeout) for _ in range(clients)]
    for worker in workers:
        worker.join()
    return answers

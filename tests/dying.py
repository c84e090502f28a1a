"""A process that is killed at a chosen point of an operation, again and again."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection
from psycopg.conninfo import make_conninfo

from market.config import config

ROOT = Path(__file__).resolve().parents[1]

# Loaded once. For each line it reads, a process of its own that does one thing, and is gone when it comes to the named
# function.
DO_AND_DIE = """
import json, os, signal, sys
from importlib import import_module
from uuid import UUID
import django
django.setup()
from market.clock import now

def die(operation, said, place, name, when):
    module = import_module(place)
    real = getattr(module, name)

    def dying(*args, **kwargs):
        if when == "after":
            real(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(module, name, dying)
    where, _, verb = operation.rpartition(".")
    told = {name: UUID(text) if name.endswith("_id") else text for name, text in said.items()}
    getattr(import_module(where), verb)(**told, at=now())

for needed in sys.argv[1:]:
    import_module(needed)
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        die(*json.loads(line))
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""

Place = tuple[str, str, str]  # a module, a function in it, and whether before or after it


class Dying:
    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def do(self, operation: str, where: Place, **said: str) -> None:
        """Do it (`package.module.verb`), and die there."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(json.dumps([operation, said, *where]), file=self.process.stdin, flush=True)
        assert self.process.stdout.readline() == f"{-signal.SIGKILL}\n", (operation, where)


@contextmanager
def a_process_that_dies(*needed: str, **environment: str) -> Iterator[Dying]:
    """On the database of this test, with these modules loaded before anything dies."""
    database = make_conninfo(**{**config.database, "dbname": str(connection.settings_dict["NAME"])})
    own = {"DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "market.settings", **environment}
    with subprocess.Popen(
        [sys.executable, "-c", DO_AND_DIE, *needed],
        cwd=ROOT,
        env={**os.environ, **own},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        yield Dying(process)
        process.stdin.close()

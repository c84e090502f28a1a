"""A process that is killed at a chosen point of an operation with real money, again and again."""

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
from tests.fakes import stripe_twin
from tests.fakes.stripe_twin import Twin

ROOT = Path(__file__).resolve().parents[4]

# For each line it reads, a process of its own that does one thing, and is gone when it comes to the named function.
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

for line in sys.stdin:
    child = os.fork()
    if child == 0:
        die(*json.loads(line))
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""

GATEWAY = "market.payments.stripe_gateway"
SDK = "market.payments.stripe_sdk"
Place = tuple[str, str, str]  # a module, a function in it, and whether before or after it


class Dying:
    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def do(self, operation: str, where: Place, **said: str) -> None:
        """Do it (`market.payments.…`), and die there."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(json.dumps([f"market.payments.{operation}", said, *where]), file=self.process.stdin, flush=True)
        assert self.process.stdout.readline() == f"{-signal.SIGKILL}\n", (operation, where)


@contextmanager
def a_process_that_dies(twin: Twin) -> Iterator[Dying]:
    database = make_conninfo(**{**config.database, "dbname": str(connection.settings_dict["NAME"])})
    own = {"DATABASE_URL": database, "STRIPE_API_KEY": stripe_twin.API_KEY, "STRIPE_API_ADDRESS": twin.address}
    with subprocess.Popen(
        [sys.executable, "-c", DO_AND_DIE],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "market.settings", **own},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Dying(process)


def points(call: str, path: str, recorded: tuple[str, str]) -> list[tuple[str, str, Place, bool]]:
    """(what it is, what goes wrong at Stripe, where the process dies, whether Stripe has acted by then)

    `call`: the gateway's function; `recorded`: module and function that write down what Stripe answered.
    """
    place, name = recorded
    return [
        ("before the call", "", (GATEWAY, call, "before"), False),
        ("after Stripe acted, without a reply", f"POST {path}", (SDK, "_in_our_words", "before"), True),
        ("after the reply", "", (GATEWAY, call, "after"), True),
        ("before our commit", "", (f"market.payments.{place}", name, "after"), True),
    ]


def goes_wrong(twin: Twin, match: str) -> None:
    if match:
        twin.fault(match, "drop_after", times=3)  # the client itself asks again twice

"""The process is killed at each point of sending a payout: the next one finishes it, and nothing is paid twice."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection
from psycopg.conninfo import make_conninfo

from market.config import config
from market.events.models import Event
from market.ledger import invariants
from market.payments.models import Payout
from market.payments.operations import request_payout, send_payout
from market.payments.reconciling import reconcile
from tests.fakes import stripe_twin
from tests.fakes.stripe_twin import Twin
from tests.integration.payments.stripe.paying_out import earn, money, now, paid_scout, sent, states

ROOT = Path(__file__).resolve().parents[4]

# For each line it reads, a process of its own that sends one payout, and is gone when it comes to the named function.
SEND_AND_DIE = """
import os, signal, sys
from importlib import import_module
from uuid import UUID
import django
django.setup()
from market.clock import now
from market.payments.operations import send_payout

def die(payout_id, place, name, when):
    module = import_module(place)
    real = getattr(module, name)

    def dying(*args, **kwargs):
        if when == "after":
            real(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(module, name, dying)
    send_payout(payout_id=UUID(payout_id), at=now())

for line in sys.stdin:
    child = os.fork()
    if child == 0:
        die(*line.split())
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""

# (what it is, what goes wrong at Stripe, where the process dies, whether Stripe has acted by then)
POINTS = (
    ("before the call", "", ("market.payments.stripe_gateway", "make_transfer", "before"), False),
    (
        "after Stripe acted, without a reply",
        "drop_after",
        ("market.payments.stripe_gateway", "_in_our_words", "before"),
        True,
    ),
    ("after the reply", "", ("market.payments.stripe_gateway", "make_transfer", "after"), True),
    ("before our commit", "", ("market.payments.operations", "post", "after"), True),
    ("after our commit", "", ("market.payments.operations", "record_progress", "after"), True),
)


@contextmanager
def a_process_that_dies(twin: Twin) -> Iterator[Callable[[Payout, tuple[str, str, str]], None]]:
    database = make_conninfo(**{**config.database, "dbname": str(connection.settings_dict["NAME"])})
    own = {"DATABASE_URL": database, "STRIPE_API_KEY": stripe_twin.API_KEY, "STRIPE_API_ADDRESS": twin.address}
    process = subprocess.Popen(
        [sys.executable, "-c", SEND_AND_DIE],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "market.settings", **own},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def die(payout: Payout, where: tuple[str, str, str]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        print(payout.id, *where, file=process.stdin, flush=True)
        assert process.stdout.readline() == f"{-signal.SIGKILL}\n", where

    with process:
        yield die


@pytest.mark.engine
def test_a_payout_whose_sender_is_killed_is_paid_once(transactional_db: None, twin: Twin) -> None:
    scout = paid_scout(twin, dollars=5)
    with a_process_that_dies(twin) as die:
        for number, (what, fault, where, has_acted) in enumerate(POINTS, 1):
            if number > 1:
                earn(scout, 5)
            payout = request_payout(scout=scout, at=now())
            if fault:
                twin.fault("POST /v1/transfers", fault, times=3)  # the client itself asks again twice
            die(payout, where)
            assert sent(twin) == 500 * (number - (not has_acted)), what
            for _ in range(2):  # the next worker, and one that comes late
                assert send_payout(payout_id=payout.id, at=now()) is None
            assert (sent(twin), states(scout), money(scout)) == (500 * number, ["paid"] * number, (0.0, 0.0)), what
    assert len({each["metadata"]["payout"] for each in twin.all("tr")}) == len(POINTS)
    assert Event.objects.filter(account=scout, type="payout.paid").count() == len(POINTS)
    assert (invariants.faults(), reconcile(at=now()).findings) == ([], [])

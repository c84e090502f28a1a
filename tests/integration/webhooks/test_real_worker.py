"""Real workers and a real receiver: from the commit to the receiver, and with the worker killed while it sends."""

import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from socket import socket

import psycopg
import pytest

from tests.integration.work.real_house import RealHouse, real_house
from tests.integration.work.test_real_worker import QUICK
from tests.receiver import OK, Receiver
from tests.workers import ROOT, Workers

pytestmark = [pytest.mark.engine, pytest.mark.timeout(600)]

TELLER = """
import sys
import django
django.setup()
from django.db import transaction
from django.utils import timezone
from market.accounts.models import Account
from market.events.operations import append
from market.webhooks import operations
url, number = sys.argv[1], int(sys.argv[2])
account = Account.objects.create(kind="agent", mode="test")
operations.create(account=account, url=url, at=timezone.now())
for each in range(number):
    with transaction.atomic():
        append(account_id=account.id, type="bounty.opened", data={"version": each}, at=timezone.now())
        if each % 3 == 2:
            transaction.set_rollback(True)
"""


@pytest.fixture(scope="module")
def house() -> Iterator[tuple[RealHouse, Workers]]:
    with real_house() as both:
        both[0].environment["WEBHOOK_ALLOWED_NETWORKS"] = "127.0.0.0/8"
        yield both


def tell(server: RealHouse, url: str, number: int) -> None:
    words = [sys.executable, "-c", TELLER, url, str(number)]
    subprocess.run(words, cwd=ROOT, env={**os.environ, **server.environment}, check=True)


def until_all_are_delivered(server: RealHouse, number: int) -> None:
    deadline = time.monotonic() + 180
    delivered: list[tuple[int]] = []
    with psycopg.connect(server.environment["DATABASE_URL"], autocommit=True) as connection:
        while delivered != [(number,)]:
            assert time.monotonic() < deadline, delivered
            delivered = connection.execute(
                "SELECT count(*) FROM webhooks_delivery WHERE state = 'delivered'"
            ).fetchall()
            time.sleep(0.05)
        connection.execute("DELETE FROM webhooks_attempt")
        connection.execute("DELETE FROM webhooks_delivery")


def test_what_is_told_reaches_the_receiver_and_what_is_rolled_back_does_not(house: tuple[RealHouse, Workers]) -> None:
    server, crew = house
    worker = crew.worker(QUICK)
    with Receiver().running() as receiver:
        tell(server, receiver.url(), 30)
        got = receiver.wait_for(20)
        until_all_are_delivered(server, 20)
    assert Counter(each.headers["webhook-id"] for each in got) == Counter({g.headers["webhook-id"]: 1 for g in got})
    assert not any(b'"version":2,' in each.body or each.body.endswith(b'"version":2}}') for each in got)
    worker.stop()


def test_a_worker_killed_while_it_sends_loses_nothing(house: tuple[RealHouse, Workers]) -> None:
    server, crew = house
    victim = crew.worker(QUICK)
    held = threading.Event()

    def hold(connection: socket, over: threading.Event) -> None:
        held.wait(60)
        connection.sendall(OK)

    with Receiver(behave=hold).running() as receiver:
        tell(server, receiver.url(), 15)
        receiver.wait_for(4)  # as many as one receiver is sent at once: all of them in flight
        victim.kill()
        held.set()
        beat, other = crew.beat(QUICK), crew.worker(QUICK)
        until_all_are_delivered(server, 10)
        got = receiver.wait_for(14)
    times = Counter(each.headers["webhook-id"] for each in got)
    assert (len(times), sorted(times.values())) == (10, [1] * 6 + [2] * 4)
    beat.stop()
    other.stop()

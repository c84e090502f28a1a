"""How fast claims of one bounty are made when everybody wants it, beside the bare guarded update.

    python -m tests.bench.claims [--rounds 4] [--clients 16] [--processes 2]

A bounty with a thousand slots, sixteen clients, a commit of one millisecond. In turns, each time on a fresh bounty:

- floor: pgbench runs what makes a claim safe and nothing else, `UPDATE … SET free_slots = free_slots - 1 WHERE
  free_slots > 0`, on the bounty's row: whoever wants a slot has to come past it;
- operation: `claim`, the clients being threads of a few processes as web workers are, each claim by another scout: who
  may claim and from where, the slot, the claim, what both sides are told.

Asked for: the operation at least 0.5 of the floor.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from market.engine.postgres import Postgres
from tests.bench.clients import ONE_MILLISECOND, in_threads, pgbench
from tests.database import ThrowawayPostgres

SLOTS = 992  # as many for each of sixteen clients
MOST_ROUNDS = 4  # a scout holds one claim more at once
WARMING_UP = 8  # claims before it counts: a worker's connection has been in use, and its statements are planned
FLOOR = "UPDATE bounties_bounty SET free_slots = free_slots - 1 WHERE id = '{bounty}' AND free_slots > 0;\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=MOST_ROUNDS, choices=range(1, MOST_ROUNDS + 1))
    parser.add_argument("--clients", type=int, default=16, choices=(1, 2, 4, 8, 16))
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    memory = Path("/dev/shm")
    if memory.is_dir():
        tempfile.tempdir = str(memory)
    with ThrowawayPostgres(settings=ONE_MILLISECOND) as postgres, tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DATABASE_URL": postgres.conninfo(), "SIGHTLINE_HOME": folder, "DATABASE_POOL_SIZE": "20"}
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "market.settings")
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", interactive=False, verbosity=0)
        measured: dict[str, list[float]] = {"floor": [], "operation": []}
        scouts = _scouts()
        for number in range(options.rounds):
            measured["floor"].append(_floor(postgres, Path(folder) / "floor.sql", _bounty(), options.clients))
            measured["operation"].append(_operation(_bounty(), _bounty(), scouts, options))
            print(f"round {number + 1}: " + ", ".join(f"{n} {r[-1]:,.0f}/s" for n, r in measured.items()), flush=True)
        floor, operation = (statistics.median(measured[name]) for name in ("floor", "operation"))
        print(f"floor {floor:,.0f}/s, operation {operation:,.0f}/s: {operation / floor:.2f} (asked: 0.50)")
    return 0


def _scouts() -> list[UUID]:
    from market.accounts.models import Account, Scout, User
    from market.ids import new_id

    accounts = Account.objects.bulk_create(Account(kind="scout", mode="test") for _ in range(SLOTS))
    users = User.objects.bulk_create(User(email=f"{new_id()}@example.com") for _ in range(SLOTS))
    Scout.objects.bulk_create(
        Scout(account=account, user=user, mode="test") for account, user in zip(accounts, users, strict=True)
    )
    return [account.id for account in accounts]


def _bounty() -> UUID:
    """One that everybody wants, by a buyer who can pay for it."""
    from django.db import connection

    from bounties import drafts, operations
    from market.accounts.models import Account
    from market.clock import now
    from market.ids import new_id
    from market.payments.play_money import grant
    from tests.integration.bounties.story import body

    at, buyer = now(), Account.objects.create(kind="agent", mode="test")
    grant(agent=buyer, amount_micros=900_000_000, grant_id=new_id(), at=at)
    draft = drafts.read(body(at, slots=SLOTS, reward="0.05"), at=at)
    bounty_id = operations.post(buyer=buyer, draft=draft, at=at).id
    connection.close()  # nothing open is to be handed to a forked process
    connection.close_pool()  # type: ignore[attr-defined]
    return bounty_id


def _floor(postgres: Postgres, script: Path, bounty_id: UUID, clients: int) -> float:
    script.write_text(FLOOR.format(bounty=bounty_id))
    return pgbench(postgres, script, clients=clients, until=("--transactions", SLOTS // clients))


def _operation(bounty_id: UUID, warm: UUID, scouts: list[UUID], options: argparse.Namespace) -> float:
    """All claims over the time from the first client's beginning to the last one's end."""

    def client(number: int, begin: Callable[[], None]) -> tuple[float, float, int]:
        return _claim(bounty_id, warm, scouts[number :: options.clients], begin)

    times = in_threads(client, clients=options.clients, processes=options.processes, timeout=300)
    return sum(count for *_, count in times) / (max(end for _, end, _ in times) - min(began for began, *_ in times))


def _claim(bounty_id: UUID, warm: UUID, scouts: list[UUID], begin: Callable[[], None]) -> tuple[float, float, int]:
    from django.db import connection

    from bounties import operations
    from market.accounts.models import Account
    from market.clock import now
    from tests.integration.bounties.story import NEARBY

    accounts = list(Account.objects.filter(pk__in=scouts))
    for account in accounts[:WARMING_UP]:
        made = operations.claim(scout=account, bounty_id=warm, location=NEARBY, at=now())
        operations.release(scout=account, claim_id=made.id, at=now())
    begin()
    began = time.monotonic()
    for account in accounts:
        operations.claim(scout=account, bounty_id=bounty_id, location=NEARBY, at=now())
    ended = time.monotonic()
    connection.close()
    return began, ended, len(accounts)


if __name__ == "__main__":
    sys.exit(main())

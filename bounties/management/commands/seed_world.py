"""Fill the house with open bounties, spread as in the real world: for searching, for pages, for measuring.

The bounties are on offer and can be searched, but nobody paid for them: the ledger holds no money for what is seeded
here, so seed a house of its own, and never one in production.
"""

import json
import secrets
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, TextIO
from uuid import UUID

from django.core.management import BaseCommand, CommandError
from django.db import connection, transaction
from django.db.models import NOT_PROVIDED, Field, Model

from bounties.management.world import ASKED, Drawn, World
from bounties.models import Bounty, Slot
from bounties.states import BountyState, SlotState
from market import money
from market.accounts.models import Account, Agent, Mode, User
from market.clock import now
from market.config import config
from market.ids import new_id

_BATCH = 10_000
_AGENTS_PER_OWNER = 4
_FEE_BASIS_POINTS, _BLOCKED_BASIS_POINTS = 1_000, 3_000


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--bounties", type=int, default=10_000, help="how many open ones (default 10,000)")
        parser.add_argument("--agents", type=int, default=200, help="how many buyers share them (default 200)")
        parser.add_argument("--mode", choices=list(Mode), default=Mode.TEST, help="default test")
        parser.add_argument("--seed", type=int, default=1, help="another number, another world")

    def handle(self, *args: Any, **options: Any) -> None:
        if config.production:
            raise CommandError("A house in production is not seeded: what would be offered here is paid by nobody.")
        if options["bounties"] < 1 or options["agents"] < 1:
            raise CommandError("Ask for at least one bounty and one agent.")
        mode, at = Mode(options["mode"]), now()
        buyers = _agents(options["agents"], mode, at)
        drawn = _draws(World(options["seed"], len(buyers)), options["bounties"])
        _write(drawn, _Rows(buyers, mode, at), Bar(options["bounties"], sys.stderr))
        with connection.cursor() as cursor:
            # So that the first search is planned on what is there, and does not have to tidy up after the writing.
            cursor.execute("VACUUM (ANALYZE) bounties_bounty, bounties_slot")
        self.stdout.write(f"{options['bounties']:,} open {mode} bounties of {len(buyers)} agents.")


def _draws(world: World, count: int) -> Iterator[Drawn]:
    return (world.draw() for _ in range(count))


def _write(drawn: Iterator[Drawn], rows: "_Rows", bar: "Bar") -> None:
    """One thread draws the next batch while the database takes the last: each needs about half of the time."""
    with ThreadPoolExecutor(1) as writer:
        before: Future[None] | None = None
        written = 0
        while texts := rows.texts(list(islice(drawn, _BATCH))):
            if before is not None:
                before.result()
                bar.advance(written)
            before, written = writer.submit(rows.write, texts), texts.bounties
        if before is not None:
            before.result()
            bar.advance(written)
        writer.submit(lambda: connection.close()).result()  # noqa: PLW0108 (the writer's own, found in its thread)
    bar.finish()


def _agents(count: int, mode: Mode, at: datetime) -> list[UUID]:
    """Agents with their owners: one person answers for several."""
    accounts = [Account(kind=Account.Kind.AGENT, mode=mode) for _ in range(count)]
    owners = [User(email=f"owner-{new_id()}@example.invalid") for _ in range(-(-count // _AGENTS_PER_OWNER))]
    for owner in owners:
        owner.set_unusable_password()
    with transaction.atomic():
        Account.objects.bulk_create(accounts)
        User.objects.bulk_create(owners)
        Agent.objects.bulk_create(
            Agent(
                account=account,
                name=f"Seeded agent {number}",
                owner=owners[number // _AGENTS_PER_OWNER],
                claimed_at=at,
                claim_hash=secrets.token_bytes(32),  # the hash of no link
            )
            for number, account in enumerate(accounts)
        )
    return [account.id for account in accounts]


@dataclass(frozen=True)
class _Texts:
    bounties: int
    of_bounties: str
    of_slots: str


class _Rows:
    """Writes bounties and their slots by COPY: the ORM would take a quarter of an hour for a million."""

    _OWN = (
        "id", "buyer_id", "latitude_e7", "longitude_e7", "radius_m", "opens_at", "closes_at", "due_at", "opened_at",
        "slots", "free_slots", "unfinished_slots", "reward_micros", "blocked_reward_micros", "fee_micros",
    )  # fmt: skip

    def __init__(self, buyers: list[UUID], mode: Mode, at: datetime) -> None:
        self._buyers = buyers
        self._mode = mode
        self._at = at
        self._alike = [name for name in _stored(Bounty) if name not in self._OWN]
        self._alike_text = [self._alike_values(*asked[:2]) for asked in ASKED]

    def texts(self, batch: list[Drawn]) -> "_Texts | None":
        bounties = [(new_id(), drawn) for drawn in batch]
        if not bounties:
            return None
        return _Texts(
            len(bounties),
            "".join(self._bounty(*each) for each in bounties),
            "".join(self._slots(*each) for each in bounties),
        )

    def write(self, texts: "_Texts") -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            with cursor.copy(_copy(Bounty, [*self._OWN, *self._alike])) as copy:
                copy.write(texts.of_bounties)
            with cursor.copy(_copy(Slot, ["id", "bounty_id", "mode", "number", "state"])) as copy:
                copy.write(texts.of_slots)

    def _bounty(self, bounty_id: UUID, drawn: Drawn) -> str:
        opened_at = self._at - timedelta(hours=drawn.opened_hours_ago)
        closes_at = opened_at + timedelta(hours=drawn.open_for_hours)
        slots, reward = drawn.slots, drawn.reward_micros
        blocked = max(money.MICROS_PER_CENT, money.share_up(reward, basis_points=_BLOCKED_BASIS_POINTS))
        fee = money.share_up(reward, basis_points=_FEE_BASIS_POINTS)
        return (
            f"{bounty_id}\t{self._buyers[drawn.buyer]}\t{drawn.latitude_e7}\t{drawn.longitude_e7}\t{drawn.radius_m}\t"
            f"{opened_at}\t{closes_at}\t{closes_at}\t{min(opened_at, self._at)}\t{slots}\t{slots}\t{slots}\t"
            f"{reward}\t{blocked}\t{fee}\t{self._alike_text[drawn.asked]}\n"
        )

    def _slots(self, bounty_id: UUID, drawn: Drawn) -> str:
        numbers = range(1, drawn.slots + 1)
        return "".join(f"{new_id()}\t{bounty_id}\t{self._mode}\t{number}\t{SlotState.OPEN}\n" for number in numbers)

    def _alike_values(self, question: str, kind: str) -> str:
        """What all bounties with one question share, for COPY; what is not named has the model's default."""
        bounty = Bounty(
            mode=self._mode,
            state=BountyState.OPEN,
            title=question,
            questions=[{"id": "q1", "text": question, "type": kind, "choices": [], "unit": None}],
            criteria=["The place asked about can be recognised in the picture."],
            fee_basis_points=_FEE_BASIS_POINTS,
            media="photo",
            media_count=1,
            challenge="none",
            daylight=False,
            review="auto",
            review_hours=24,
            least_reputation=0,
            distinct_scouts=True,
            metadata={},
            findings=[],
        )
        return "\t".join(_for_copy(getattr(bounty, name)) for name in self._alike)


def options(model: type[Model]) -> Any:
    return model._meta  # noqa: SLF001  (Django's documented name for it)


def _stored(model: type[Model]) -> list[str]:
    """The columns we write: all but those that the database fills by itself."""
    fields: list[Field[Any, Any]] = [each for each in options(model).concrete_fields if not each.generated]
    return [each.attname for each in fields if each.db_default is NOT_PROVIDED]


def _copy(model: type[Model], columns: list[str]) -> str:
    return f"COPY {options(model).db_table} ({', '.join(columns)}) FROM STDIN"


def _for_copy(value: object) -> str:
    if value is None:
        return r"\N"
    if isinstance(value, list | dict):
        value = json.dumps(value)
    return str(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


@dataclass
class Bar:
    """How far it is, how fast, how long still: one line that moves on a terminal, a line each tenth elsewhere."""

    total: int
    out: TextIO
    width: int = 32
    done: int = 0
    _began: float = field(default_factory=time.monotonic)
    _told: int = -1

    def advance(self, count: int) -> None:
        self.done += count
        tenth = 10 * self.done // self.total
        if self.out.isatty():
            self.out.write(f"\r{self.line()}")
        elif tenth > self._told:
            self._told = tenth
            self.out.write(f"{self.line()}\n")
        self.out.flush()

    def finish(self) -> None:
        if self.out.isatty():
            self.out.write("\n")

    def line(self) -> str:
        seconds = max(time.monotonic() - self._began, 0.001)
        pace = self.done / seconds
        filled = self.width * self.done // self.total
        bar = "#" * filled + "." * (self.width - filled)
        return f"[{bar}] {self.done:,} of {self.total:,}  {pace:,.0f}/s  {(self.total - self.done) / pace:3.0f} s left"

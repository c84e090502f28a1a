"""How long "open bounties near me" takes, beside the plain SQL that only walks the index.

    python -m tests.bench.nearby 100000 1000000

Makes a Postgres of its own, fills it with a seeded world of each size in turn and asks, for the same places, one after
the other and in changing order:

    floor       psycopg alone: the 20 nearest on the plane, prepared, no other condition than the index has
    list        nearby(): the page, exact distances, proven complete
    scout       nearby() for a scout who has claims and owns agents, with a least reward
    next page   nearby() for the page after that of `list`
    rare        nearby() for a reward that one bounty in tens of thousands has: walks all within 50 km

Each place is asked about in two rounds: cold, as nobody has asked about it since the world was seeded, and warm.

Asked for: `list` at most 2x the floor at 1,000,000. How it grows is measured by `nearby_growth`, side by side.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg

from tests.database import ThrowawayPostgres

Contender = Callable[[Any], object]

FLOOR = """
SELECT id, title, latitude_e7, longitude_e7, radius_m, reward_micros, media, opens_at, closes_at, free_slots,
       spot <-> point(%(x)s, %(y)s)
FROM bounties_bounty WHERE state = 'open' AND free_slots > 0 AND mode = 'live'
ORDER BY spot <-> point(%(x)s, %(y)s) LIMIT 20
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", type=int, nargs="*", default=[100_000, 1_000_000], help="open bounties, growing")
    parser.add_argument("--places", type=int, default=1_000, help="how many places are asked about")
    options = parser.parse_args()
    with ThrowawayPostgres() as postgres:
        os.environ["DATABASE_URL"] = postgres.conninfo()
        os.environ["DJANGO_SETTINGS_MODULE"] = "market.settings"
        _measure(sorted(options.sizes), options.places, postgres.conninfo())


def _measure(sizes: list[int], places: int, conninfo: str) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    there = 0
    lists: dict[str, dict[int, float]] = {"cold": {}, "warm": {}}
    with psycopg.connect(conninfo, autocommit=True) as plain:
        for number, size in enumerate(sizes):
            began = time.monotonic()
            call_command("seed_world", bounties=size - there, mode="live", seed=number + 1)
            seeded = time.monotonic() - began
            print(f"\n{size:,} open bounties ({size - there:,} more in {seeded:.0f} s); load {os.getloadavg()[0]:.1f}")
            there = size
            contenders, asked = _contenders(plain), places_asked_about(places)
            for again, taken in lists.items():
                taken[size] = _compare(contenders, asked, again)
    smallest, largest = sizes[0], sizes[-1]
    for again, taken in lists.items():
        print(f"list, {again}, {smallest:,} to {largest:,}: {taken[largest] / taken[smallest]:.2f}x")


def places_asked_about(count: int) -> list[Any]:
    from bounties.management.world import World
    from bounties.places import Place

    world = World(seed=4711, buyers=1)  # where people are, but nobody's very spot
    return [Place.of_e7(drawn.latitude_e7, drawn.longitude_e7) for drawn in (world.draw() for _ in range(count))]


def _contenders(plain: "psycopg.Connection[Any]") -> dict[str, Contender]:
    from bounties.nearby.page import Seeker, Wishes
    from bounties.nearby.search import nearby
    from bounties.places import project
    from market.accounts.models import Account, Agent, Mode
    from market.clock import now

    at = now()
    owned = Agent.objects.filter(owner__isnull=False).order_by("account_id").values_list("owner_id", flat=True).first()
    scout = Account.objects.create(kind=Account.Kind.SCOUT, mode=Mode.LIVE)
    _give_claims(scout.id)
    seeker, wishes = Seeker(scout.id, owned), Wishes(least_reward_micros=1_000_000)
    cursors: dict[Any, Any] = {}

    def floor(place: Any) -> object:
        x, y = project(place)
        return plain.execute(FLOOR, {"x": x, "y": y}).fetchall()

    def first(place: Any) -> object:
        page = nearby(around=place, mode=Mode.LIVE, at=at)
        cursors[place] = page.next
        return page

    def following(place: Any) -> object:
        return nearby(around=place, mode=Mode.LIVE, at=at, after=cursors.get(place))

    def for_scout(place: Any) -> object:
        return nearby(around=place, mode=Mode.LIVE, at=at, seeker=seeker, wishes=wishes)

    def rare(place: Any) -> object:
        return nearby(around=place, mode=Mode.LIVE, at=at, wishes=Wishes(least_reward_micros=120_000_000))

    return {"floor": floor, "list": first, "scout": for_scout, "next page": following, "rare": rare}


def _give_claims(scout_id: UUID) -> None:
    """What an old hand has: five hundred fulfilled claims."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO bounties_claim (id, bounty_id, slot_id, scout_id, mode, state, place, "distinct", latitude_e7,
                longitude_e7, distance_m, claimed_at, seen_at, expires_at, upload_by, extended, licence, resale)
            SELECT gen_random_uuid(), bounty.id, slot.id, %s, 'live', 'fulfilled', 1, true, 0, 0, 0, now(), now(),
                now() + interval '1 hour', now() + interval '1 day', false, 'use-1', false
            FROM (SELECT id FROM bounties_bounty ORDER BY id LIMIT 500) AS bounty
            JOIN bounties_slot AS slot ON slot.bounty_id = bounty.id AND slot.number = 1
            """,
            [scout_id],
        )
        cursor.execute("ANALYZE bounties_claim")


def _compare(contenders: dict[str, Contender], places: list[Any], again: str) -> float:
    from django.db import connection

    for place in places[:50]:  # until everything is prepared
        for ask in contenders.values():
            ask(place)
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    names = list(contenders)
    for turn, place in enumerate(places):
        # Whoever comes first finds the pages cold.
        shift = turn % len(names)
        for name in names[shift:] + names[:shift]:
            began = time.perf_counter()
            contenders[name](place)
            taken[name].append(time.perf_counter() - began)
    floor = statistics.median(taken["floor"])
    for name, seconds in taken.items():
        p95 = statistics.quantiles(seconds, n=20)[-1]
        ratio = statistics.median(seconds) / floor
        times = f"median {statistics.median(seconds) * 1e3:6.3f} ms  p95 {p95 * 1e3:7.3f} ms"
        print(f"  {again}  {name:<10} {times}  {ratio:5.2f}x the floor")
    connection.force_debug_cursor = True
    twice = 0
    for place in places:
        connection.queries_log.clear()
        contenders["list"](place)
        twice += len(connection.queries) == 2
    connection.force_debug_cursor = False
    print(f"  {twice / len(places):.1%} of the lists took their second query")
    return statistics.median(taken["list"])


if __name__ == "__main__":
    main()

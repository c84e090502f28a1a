"""How much longer "open bounties near me" takes among five million than among a hundred thousand.

    python -m tests.bench.nearby_growth [--small 100000] [--large 5000000] [--rounds 4] [--on CONNINFO]

Both worlds lie in one database, the small one in test mode and the large one in live mode: each mode has an index of
its own, and a search touches no other. So one process, one connection and one prepared plan ask in both, place by
place, the small and the large world taking turns in coming first. The first round finds pages that nobody has read
since the world was seeded, and is printed apart; the growth is that of the medians over the rounds after it. Beside it
grows the floor, the plain SQL that only walks the index: what it grows by is Postgres' and the machine's.

Asked for: at most 1.5x from 100,000 to 5,000,000. Seeding takes minutes; `--on` asks in a database seeded before.
"""

import argparse
import os
import statistics
import time
from contextlib import ExitStack
from typing import Any

import psycopg

from tests.bench.nearby import FLOOR, places_asked_about
from tests.database import ThrowawayPostgres

MODES = ("test", "live")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", type=int, default=100_000)
    parser.add_argument("--large", type=int, default=5_000_000)
    parser.add_argument("--places", type=int, default=1_000, help="how many places are asked about")
    parser.add_argument("--rounds", type=int, default=4, help="how often, the first one apart")
    parser.add_argument("--on", metavar="CONNINFO", help="a database that was seeded before")
    options = parser.parse_args()
    with ExitStack() as until_the_end:
        conninfo = options.on or until_the_end.enter_context(ThrowawayPostgres()).conninfo()
        os.environ["DATABASE_URL"] = conninfo
        os.environ["DJANGO_SETTINGS_MODULE"] = "market.settings"
        import django

        django.setup()
        if not options.on:
            _seed({"test": options.small, "live": options.large})
        with psycopg.connect(conninfo, autocommit=True) as plain:
            _ask(plain, options.places, options.rounds)


def _seed(sizes: dict[str, int]) -> None:
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    for number, (mode, size) in enumerate(sizes.items(), 1):
        call_command("seed_world", bounties=size, mode=mode, seed=number)


def _ask(plain: "psycopg.Connection[Any]", count: int, rounds: int) -> None:
    from bounties.models import Bounty
    from market.clock import now

    sizes = {mode: Bounty.objects.filter(mode=mode, state="open").count() for mode in MODES}
    print(", ".join(f"{size:,} open bounties in {mode} mode" for mode, size in sizes.items()), flush=True)
    at, places = now(), places_asked_about(count)
    for place in places[:50]:  # until everything is prepared
        for mode in MODES:
            _take(plain, place, mode, at)
    warm: dict[tuple[str, str], list[float]] = {}
    for number in range(rounds):
        taken: dict[tuple[str, str], list[float]] = {}
        for turn, place in enumerate(places):
            for mode in MODES if turn % 2 else MODES[::-1]:
                for name, seconds in _take(plain, place, mode, at).items():
                    taken.setdefault((name, mode), []).append(seconds)
        _report(f"round {number + 1}", taken)
        if number:
            for key, times in taken.items():
                warm.setdefault(key, []).extend(times)
    _report("warm", warm)


def _take(plain: "psycopg.Connection[Any]", place: Any, mode: str, at: Any) -> dict[str, float]:
    from bounties.nearby.search import nearby
    from bounties.places import project
    from market.accounts.models import Mode

    x, y = project(place)
    began = time.perf_counter()
    nearby(around=place, mode=Mode(mode), at=at)
    between = time.perf_counter()
    plain.execute(FLOOR.replace("'live'", f"'{mode}'"), {"x": x, "y": y}).fetchall()
    return {"list": between - began, "floor": time.perf_counter() - between}


def _report(title: str, taken: dict[tuple[str, str], list[float]]) -> None:
    medians = {key: statistics.median(times) * 1e3 for key, times in taken.items()}
    for name in ("list", "floor"):
        small, large = (medians[name, mode] for mode in MODES)
        print(f"{title:8} {name:6} small {small:6.3f} ms   large {large:6.3f} ms   {large / small:.2f}x", flush=True)


if __name__ == "__main__":
    main()

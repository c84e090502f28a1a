"""Seed the demo world and write <home>/demo.json. Run again, it finds what is there and makes nothing twice."""

import json
import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError

from market import clock
from market.config import config
from market.demo import Demo, seed_all
from market.engine.layout import Layout


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--in-production", action="store_true", help="yes, demo people with an operator, in production"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if config.production and not options["in_production"]:
            raise CommandError(
                "This is production: demo people, one an operator, would be let in. See --in-production."
            )
        path = Layout(config.home).demo
        demo = Demo(at=clock.now(), public_url=config.public_url, facts=_read(path))
        seed_all(demo)
        _write(path, demo.facts)


def _read(path: Path) -> dict[str, str]:
    try:
        facts: dict[str, str] = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):  # none yet, or torn by a full disk: what is in it can be made anew
        return {}
    return facts


def _write(path: Path, facts: dict[str, str]) -> None:
    unfinished = path.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    # It holds a key: nobody else may read it, not even for the moment before a chmod.
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(facts, file, indent=2)
        file.write("\n")
    unfinished.replace(path)

"""Bring database, static files and demo world to where the code expects them. Run over and over, it changes nothing."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, call_command

from market.config import config


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-demo", action="store_true", help="leave the demo world out")

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        call_command("build_pages", verbosity=0)
        if not options["no_demo"] and not config.production:
            call_command("seed_demo", verbosity=0)

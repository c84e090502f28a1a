"""Bring database, static files and demo world to where the code expects them. Run over and over, it changes nothing."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from market.config import config
from market.events import retention


class Command(BaseCommand):
    help = __doc__
    # Checks are for bin/test: here they would load every page before the house may stand, which takes half the time.
    requires_system_checks: tuple[str, ...] = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-demo", action="store_true", help="leave the demo world out")

    def handle(self, *args: Any, **options: Any) -> None:
        _migrate()
        retention.notice_restore()
        call_command("createcachetable", verbosity=0)
        call_command("clearsessions", verbosity=0)
        call_command("build_pages", verbosity=0)
        call_command("build_places", verbosity=0)
        if not options["no_demo"] and not config.production:
            call_command("seed_demo", verbosity=0)


def _migrate() -> None:
    # `migrate` with nothing to do still rebuilds permissions and content types, which takes longer than all the rest.
    executor = MigrationExecutor(connection)
    executor.loader.check_consistent_history(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=0)

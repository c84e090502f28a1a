"""Write the documents that are made from code (`.env.example`, docs/states.md and others), or check them."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError

from market import documents


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; fail when one is not up to date")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        if check:
            if stale := list(documents.stale()):
                raise CommandError(f"not up to date: {', '.join(stale)}; run `manage.py write_documents`")
            return
        for path in documents.write_all():
            self.stdout.write(f"wrote {path}")

"""Try at Stripe's sandbox what a program can try before real money moves. See docs/going-live.md for the rest."""

import sys
from typing import Any

from django.core.management import BaseCommand, CommandError

from market.errors import DomainError
from market.payments.rehearsal import rehearse


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        failed = 0
        try:
            for tried in rehearse():
                failed += not tried.went_well
                self.stdout.write(f"{'well  ' if tried.went_well else 'FAILED'}  {tried.what}\n        {tried.said}")
        except DomainError as refusal:
            raise CommandError(f"{refusal.message} {refusal.fix}") from refusal
        if failed:
            sys.exit(1)
        self.stdout.write("\nWhat only people can try is the list in docs/going-live.md.")

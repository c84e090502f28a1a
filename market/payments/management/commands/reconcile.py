"""Compare the books with Stripe, as is done every night. What does not agree is named, and the exit code is 1 then."""

import sys
from datetime import UTC, datetime
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from market.clock import now
from market.errors import DomainError
from market.money import format_micros, from_cents
from market.payments import reconciling, stripe_gateway


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--since",
            type=_day,
            metavar="YYYY-MM-DD",
            help="list Stripe's transactions from this day on (UTC); otherwise from three days before the last time",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            stripe_gateway.require_open()
        except DomainError as refusal:
            raise CommandError(f"{refusal.message} {refusal.fix}") from refusal
        made = reconciling.reconcile(at=now(), since=options["since"])
        for name, value in (
            ("transactions listed", str(made.listed)),
            ("each one entry", str(made.matched)),
            ("not matched yet", str(made.unmatched)),
            ("Stripe: available", _shown(from_cents(made.available_cents))),
            ("Stripe: pending", _shown(from_cents(made.pending_cents))),
            ("books: at Stripe", _shown(-made.clearing_micros)),
            ("of which on its way", _shown(-made.in_transit_micros)),
            ("in suspense", _shown(made.suspense_micros)),
            ("drift", _shown(made.drift_micros)),
        ):
            self.stdout.write(f"{name:<22}{value:>16}")
        for each in made.findings:
            self.stderr.write(each)
        if made.findings:
            sys.exit(1)
        self.stdout.write("The books and Stripe agree.")


def _day(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)


def _shown(micros: int) -> str:
    return f"{'-' if micros < 0 else ''}{format_micros(abs(micros))}"

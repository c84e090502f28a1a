"""Apply an event of Stripe's once more: `manage.py stripe_replay evt_…`. What is done already stays as it is."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from market.clock import now
from market.payments import inbox
from market.payments.stripe_words import LiveMoneyClosed, StripeTrouble


class Command(BaseCommand):
    help = "Apply events of Stripe's once more, fetched there if they never came."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("event", nargs="+", help="evt_…, as in Stripe's dashboard or in the table stripe_event")

    def handle(self, *args: Any, event: list[str], **options: Any) -> None:
        for each in event:
            try:
                found = inbox.replay(event_id=each, at=now())
            except (LiveMoneyClosed, StripeTrouble) as trouble:
                raise CommandError(f"{each}: {trouble}") from trouble
            done = "nobody here does anything about it" if found.is_ignored else "applied"
            self.stdout.write(f"{each} {found.type} {found.object_id}: {done}")

"""Take a person's passkeys away: for an operator who has lost his and cannot sign in with the e-mailed code alone."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand

from market import clock
from market.accounts import operations
from market.accounts.audit import CONSOLE
from market.accounts.management.person import find_person


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the address the person signs in with")
        parser.add_argument("--reason", required=True, help="why: it stands in the audit")

    def handle(self, *args: Any, **options: Any) -> None:
        user = find_person(options["email"])
        count = operations.forget_passkeys(user=user, by=CONSOLE, reason=options["reason"], at=clock.now())
        self.stdout.write(f"Forgot {count} of {user.id}'s passkeys.")

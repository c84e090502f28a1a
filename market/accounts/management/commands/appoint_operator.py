"""Make a person an operator, or with --dismiss no longer. Only here, and in the audit with its reason."""

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
        parser.add_argument("--dismiss", action="store_true", help="make the person an operator no longer")

    def handle(self, *args: Any, **options: Any) -> None:
        user = find_person(options["email"])
        if options["dismiss"]:
            operations.dismiss_operator(user=user, by=CONSOLE, reason=options["reason"], at=clock.now())
            self.stdout.write(f"{user.id} is an operator no longer.")
        else:
            operations.appoint_operator(user=user, by=CONSOLE, reason=options["reason"], at=clock.now())
            self.stdout.write(f"{user.id} is an operator.")

"""`receipt_keys` lists the keys that receipts are signed with; --renew, --retire KID, --revoke KID change them.

To rotate: `--renew`, start every process again, then `--retire` the old one. A key that got lost: `--revoke` it.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from market.clock import now
from market.config import config
from market.errors import DomainError
from verification import keys, operations, queries, receipt


class Command(BaseCommand):
    help = "List, renew, retire and revoke the keys that receipts are signed with."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument(
            "--renew", action="store_true", help="Make another key for the processes that start from now."
        )
        what.add_argument("--retire", metavar="KID", help="This key signs nothing any more; what it signed counts.")
        what.add_argument("--revoke", metavar="KID", help="This key got lost: nothing that it signed counts any more.")

    def handle(
        self, *args: Any, renew: bool = False, retire: str | None = None, revoke: str | None = None, **options: Any
    ) -> None:
        try:
            if renew:
                self._renew()
            if retire:
                operations.retire_key(kid=retire, at=now())
            if revoke:
                operations.revoke_key(kid=revoke, at=now())
        except DomainError as refusal:
            raise CommandError(f"{refusal} {refusal.fix}") from refusal
        for key in queries.published_keys()["keys"]:
            self.stdout.write(
                f"{key['kid']}  {key['status']:8} {key['revoked_at'] or key['retired_at'] or ''}".rstrip()
            )

    def _renew(self) -> None:
        if config.receipt_key.get_secret_value():
            raise CommandError("The key stands in RECEIPT_KEY: put another one there, and start every process again.")
        made = receipt.key_id(keys.renew_receipt_key().public_key())
        self.stdout.write(f"{made} signs in every process that starts from now on")

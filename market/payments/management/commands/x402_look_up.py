"""Record what was seen on the chain of a payment by x402 that its facilitator cannot tell of.

`manage.py x402_look_up NONCE --transaction 0x… --because "…"` credits it; `--not-there` ends it and credits nothing.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from market.accounts.audit import CONSOLE
from market.clock import now
from market.errors import DomainError
from market.payments import on_chain
from market.payments.models import ChainPayment


class Command(BaseCommand):
    help = "Record what was seen on the chain of a payment of which nobody knows what became of it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("nonce", help="0x…, as the nightly comparison names it")
        seen = parser.add_mutually_exclusive_group(required=True)
        seen.add_argument("--transaction", default="", help="0x…, the transaction on the chain that paid it to us")
        seen.add_argument("--not-there", action="store_true", help="the nonce is not used, and may not be any more")
        parser.add_argument("--because", required=True, help="what was looked at, for the audit")

    def handle(self, *args: Any, nonce: str, transaction: str, because: str, **options: Any) -> None:
        payment = ChainPayment.objects.filter(nonce=nonce.lower()).order_by("-begun_at").first()
        if payment is None:
            raise CommandError(f"There is no payment with the nonce {nonce}.")
        seen = transaction.lower()
        try:
            found = on_chain.look_up(payment_id=payment.id, transaction_id=seen, by=CONSOLE, because=because, at=now())
        except DomainError as refusal:
            raise CommandError(f"{refusal.message} {refusal.fix}") from refusal
        self.stdout.write(f"{found.nonce}: {found.state}")

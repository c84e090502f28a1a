"""What a program can try at Stripe's own sandbox before real money moves; docs/going-live.md has what people must.

Every step goes through the gateway that real money goes through. Nothing of it is in our books.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar
from uuid import UUID

from django.conf import settings

from market.errors import DomainError, Kind
from market.ids import encode, new_id
from market.payments import stripe_gateway
from market.payments.stripe_words import KeyConflict, NotFound, Recipient, Refused, StripeTrouble


class SandboxOnly(DomainError):
    """A rehearsal makes accounts and payment pages that mean nothing. Not with a key for real money."""

    code = "sandbox_only"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    fix = "Set STRIPE_API_KEY to a key of a Stripe sandbox: it begins with sk_test_ or rk_test_."


@dataclass(frozen=True, slots=True)
class Tried:
    what: str
    went_well: bool
    said: str


def rehearse() -> Iterator[Tried]:
    """Each step as it is done. A step that fails does not stop the ones that can be done without it."""
    stripe_gateway.require_open()
    if not settings.STRIPE_API_KEY.startswith(("sk_test_", "rk_test_")):
        raise SandboxOnly("This key moves real money.")
    rehearsal = _Rehearsal(new_id())
    for step in (
        rehearsal.secrets,
        rehearsal.balance,
        rehearsal.checkout,
        rehearsal.same_key_same_page,
        rehearsal.same_key_other_body,
        rehearsal.recipient,
        rehearsal.onboarding,
        rehearsal.transfer_before_onboarding,
        rehearsal.missing_transfer,
        rehearsal.lists,
    ):
        yield _tried(step)


def _tried(step: Callable[[], str]) -> Tried:
    what = (step.__doc__ or "").strip()
    try:
        return Tried(what, went_well=True, said=step())
    except (StripeTrouble, _Otherwise) as trouble:
        return Tried(what, went_well=False, said=f"{type(trouble).__name__}: {trouble}")


class _Otherwise(Exception):
    """Stripe answered, and not as we rely on."""


class _Rehearsal:
    def __init__(self, id_: UUID) -> None:
        self.name = encode("reh", id_)
        self.page = ""
        self.account: Recipient | None = None

    def secrets(self) -> str:
        """The three signing secrets of the webhooks are set."""
        missing = [kind for kind, secret in settings.STRIPE_SECRETS.items() if not secret]
        if missing:
            raise _Otherwise(f"missing: {', '.join(missing)}")
        return ", ".join(settings.STRIPE_SECRETS)

    def balance(self) -> str:
        """The key reads our balance."""
        funds = stripe_gateway.funds()
        return f"available {funds.available_cents / 100:.2f}, pending {funds.pending_cents / 100:.2f}"

    def checkout(self) -> str:
        """A payment page can be made."""
        self.page = self._checkout("2500")
        return self.page

    def same_key_same_page(self) -> str:
        """The same key answers the same page."""
        if self._checkout("2500") != self.page:
            raise _Otherwise("another page came")
        return self.page

    def same_key_other_body(self) -> str:
        """The same key with another amount is refused."""
        try:
            self._checkout("2600")
        except KeyConflict as conflict:
            return conflict.message
        raise _Otherwise("it was taken")

    def recipient(self) -> str:
        """A recipient with an Express dashboard can be made."""
        self.account = stripe_gateway.make_recipient(
            {
                "contact_email": "rehearsal@example.com",
                "dashboard": "express",
                "identity": {"country": "us"},
                "configuration": {
                    "recipient": {"capabilities": {"stripe_balance": {"stripe_transfers": {"requested": True}}}}
                },
                "defaults": {"responsibilities": {"fees_collector": "application", "losses_collector": "application"}},
                "metadata": {"rehearsal": self.name},
            },
            key=f"recipient:{self.name}",
        )
        wanted = ", ".join(each.what for each in self.account.requirements) or "nothing"
        return f"{self.account.id}, transfers {self.account.transfers or 'not asked'}; wanted: {wanted}"

    def onboarding(self) -> str:
        """A page to onboard by can be made: open it, and go through it as a scout would."""
        return stripe_gateway.onboarding_address(
            {
                "account": self._made().id,
                "use_case": {
                    "type": "account_onboarding",
                    "account_onboarding": {
                        "refresh_url": "https://example.com/again",
                        "return_url": "https://example.com/back",
                    },
                },
            },
            key=f"onboarding:{self.name}",
        )

    def transfer_before_onboarding(self) -> str:
        """A transfer to an account that is not ready is refused, definitely."""
        try:
            stripe_gateway.make_transfer(
                {
                    "amount": 500,
                    "currency": "usd",
                    "destination": self._made().id,
                    "transfer_group": self.name,
                    "metadata": {"payout": self.name},
                },
                key=f"payout:{self.name}:1",
            )
        except Refused as refused:
            return f"{refused.code}: {refused.message}"
        raise _Otherwise("it was sent")

    def missing_transfer(self) -> str:
        """What was never sent is not found, in a list and by its id."""
        if stripe_gateway.transfers_in_group(self.name):
            raise _Otherwise("something was sent")
        try:
            stripe_gateway.transfer("tr_never")
        except NotFound as missing:
            return missing.code
        raise _Otherwise("it was found")

    def lists(self) -> str:
        """Transactions and events of both versions are listed."""
        since = datetime.now(UTC) - timedelta(days=1)
        transactions = sum(1 for _ in stripe_gateway.transactions(since=since))
        events = sum(1 for _ in stripe_gateway.notices(since=since))
        return f"{transactions} transactions, {events} events in a day"

    def _made(self) -> Recipient:
        if self.account is None:
            raise _Otherwise("no recipient was made")
        return self.account

    def _checkout(self, cents: str) -> str:
        return stripe_gateway.make_checkout(
            lines=[("Rehearsal", int(cents))],
            email="rehearsal@example.com",
            description="Rehearsal",
            metadata={"rehearsal": self.name},
            return_address="https://example.com/back",
            saves_card=False,
            key=f"checkout:{self.name}",
        ).id

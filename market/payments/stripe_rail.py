"""The rail of live mode: one transfer at Stripe for one payout, to the scout's own account there.

Whether an order was carried out is never guessed. An answer is recorded; no answer, or one that says nothing, means
asking again under the same key. Stripe forgets keys after about a day, so an order older than that is looked up first;
what was told before and gets no clear answer again is looked up too, because Stripe keeps its own failures under the
key; and a refusal of an order that somebody may have told before is believed only when no transfer is there.
"""

from datetime import datetime, timedelta
from typing import ClassVar, Final
from uuid import UUID

import structlog

from market.errors import DomainError, Kind
from market.money import Micros, to_cents
from market.payments import payout_accounts, payout_costs, stripe_gateway
from market.payments.models import PayoutAccount
from market.payments.orders import Arrived, Failed, Order, Progress, ShortOfFunds
from market.payments.payout_accounts import NoPayoutAccount
from market.payments.schedule import LEAST_ASKED_MICROS
from market.payments.states import PayoutAccountState, PayoutState
from market.payments.stripe_words import BalanceTooLow, Refused, Transferred, Unclear, Unwelcome

NAME: Final = "stripe"
# Stripe keeps keys for a day at least.
LOOK_UP_AFTER: Final = timedelta(hours=20)
FUNDS_AGAIN: Final = timedelta(hours=1)

# What Stripe answers when the account that is to be paid takes nothing, and not we are at fault.
_ABOUT_THE_ACCOUNT: Final = frozenset(
    {
        "account_closed",
        "account_invalid",
        "insufficient_capabilities_for_transfer",
        "resource_missing",
        "transfers_not_allowed",
    }
)

log = structlog.get_logger(__name__)


class PayoutAccountNotReady(DomainError):
    """Stripe takes no money for the scout's account at the moment."""

    code = "payout_account_not_ready"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix = "See on the page of earnings what Stripe still wants to know, and by when."


class TransferDiffers(Exception):
    """A transfer stands at Stripe under this payout's name, with another amount. Somebody has to look."""


class StripeRail:
    name = NAME
    least_micros = Micros(LEAST_ASKED_MICROS)

    def destination(self, scout_id: UUID) -> str:
        account = payout_accounts.account_of(scout_id)
        if account is None or not account.stripe_id:
            raise NoPayoutAccount("There is no bank account connected yet.")
        if account.state != PayoutAccountState.ACTIVE:
            raise PayoutAccountNotReady("Stripe takes no money for your account at the moment.")
        return account.stripe_id

    def cost(self, *, scout_id: UUID, amount_micros: int, at: datetime) -> Micros:
        return payout_costs.cost_of(scout_id=scout_id, amount_micros=amount_micros, at=at)

    def move(self, order: Order, *, at: datetime) -> Progress:
        if order.told_before and at - order.sending_at > LOOK_UP_AFTER and (found := _look_up(order)):
            return Arrived(found.id)
        try:
            made = stripe_gateway.make_transfer(
                {
                    "amount": to_cents(order.amount_micros),
                    "currency": "usd",
                    "destination": order.destination,
                    "transfer_group": order.name,
                    "metadata": {"payout": order.name, "attempt": str(order.attempt)},
                    "description": "Earnings at Sightline",
                },
                key=order.key,
            )
        except Unwelcome:
            raise  # our key is refused, not this order: it is told again when the settings are mended
        except Unclear:
            if order.told_before and (found := _look_up(order)):
                return Arrived(found.id)
            raise
        except Refused as refused:
            if order.told_before and (found := _look_up(order)):
                return Arrived(found.id)
            return _refusal(order, refused, at=at)
        return Arrived(made.id)


def _look_up(order: Order) -> Transferred | None:
    """What has been sent for this payout, in whichever attempt."""
    for found in stripe_gateway.transfers_in_group(order.name):
        if found.metadata.get("payout") == order.name:
            if found.amount_cents != to_cents(order.amount_micros):
                raise TransferDiffers(f"{found.id} is not the amount of {order.name}")
            return found
    return None


def _refusal(order: Order, refused: Refused, *, at: datetime) -> Progress:
    if isinstance(refused, BalanceTooLow):
        log.warning("payout_short_of_funds", payout=order.name)
        return ShortOfFunds(at + FUNDS_AGAIN)
    if refused.code not in _ABOUT_THE_ACCOUNT:
        log.error("payout_refused", payout=order.name, code=refused.code, request_id=refused.request_id)
        return Failed("refused", "Stripe did not take it. We have been told, and look into it.", mendable=False)
    return _account_refuses(order, at=at)


def _account_refuses(order: Order, *, at: datetime) -> Failed:
    """Which of the reasons it was is what the account looks like now."""
    account = PayoutAccount.objects.filter(stripe_id=order.destination).first()
    if account is not None:
        payout_accounts.refresh(account_id=account.id, at=at)
        account.refresh_from_db()
    match account.state if account is not None else PayoutAccountState.CLOSED:
        case PayoutAccountState.CLOSED:
            text = "Your account at Stripe is closed. Connect another one."
            return Failed("account_closed", text, mendable=True, state=PayoutState.RESTRICTED)
        case PayoutAccountState.UNSUPPORTED:
            text = "Stripe cannot pay into your country from here."
            return Failed("country_not_supported", text, mendable=False, state=PayoutState.UNSUPPORTED)
        case _:
            text = "Stripe takes no money for your account at the moment. See what it wants to know."
            return Failed("account_restricted", text, mendable=True, state=PayoutState.RESTRICTED)

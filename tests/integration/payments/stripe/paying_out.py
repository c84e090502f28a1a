"""A scout with an account at Stripe, and what they earn: for the tests of money going out."""

from datetime import UTC, datetime, timedelta

from market.accounts.models import Account, Mode
from market.ids import new_id
from market.ledger import queries, rules
from market.ledger.operations import post
from market.payments import payout_accounts
from market.payments.models import Payout, PayoutAccount
from tests.fakes.stripe_twin import Twin
from tests.integration.payments.stripe.paying import DOLLAR, LIVE
from tests.people import make_scout

BACK = "https://house.example/back"


def now() -> datetime:
    return datetime.now(UTC)


def connecting_scout(country: str = "US") -> PayoutAccount:
    """A scout who was sent to Stripe and has told it nothing yet."""
    scout = make_scout(Mode.LIVE).account
    account = payout_accounts.open_account(scout=scout, country=country, at=now())
    payout_accounts.onboarding_address(account_id=account.id, return_address=BACK, again_address=BACK, at=now())
    account.refresh_from_db()
    return account


def stripe_decides(twin: Twin, account: PayoutAccount, status: str, **more: object) -> None:
    twin.command("change_account", id=account.stripe_id, status=status, **more)
    payout_accounts.refresh(account_id=account.id, at=now())
    account.refresh_from_db()


def paid_scout(twin: Twin, *, dollars: float = 20.0, at_stripe: float = 1_000.0) -> Account:
    """Connected, with something to be paid, and a house that can pay it."""
    account = connecting_scout()
    stripe_decides(twin, account, "active")
    if at_stripe:
        twin.command("fund", amount=round(at_stripe * 100))
    earn(account.scout, dollars)
    return account.scout


def earn(scout: Account, dollars: float) -> None:
    micros, submission_id = round(dollars * DOLLAR), new_id()
    post(
        [
            rules.compensate_scout(book=LIVE, scout_id=scout.id, submission_id=submission_id, reward_micros=micros),
            rules.settle(book=LIVE, scout_id=scout.id, submission_id=submission_id, amount_micros=micros),
        ],
        at=now(),
    )


def money(scout: Account) -> tuple[float, float]:
    """Available and on its way, in dollars."""
    balance = queries.scout_balance(LIVE, scout.id)
    return balance.available_micros / DOLLAR, balance.in_flight_micros / DOLLAR


def states(scout: Account) -> list[str]:
    """Of the scout's payouts, the oldest first."""
    return list(Payout.objects.filter(scout=scout).order_by("id").values_list("state", flat=True))


def sent(twin: Twin) -> int:
    """All that has gone to scouts and stayed there, in cents."""
    return sum(each["amount"] - each["amount_reversed"] for each in twin.all("tr"))


def grow_old(payout: Payout, by: timedelta) -> None:
    """As if the rail had been told so long ago."""
    payout.refresh_from_db()
    assert payout.sending_at is not None
    Payout.objects.filter(pk=payout.pk).update(sending_at=payout.sending_at - by)

"""Connecting a scout's own account at Stripe, and knowing what Stripe says of it. Sending money there is `stripe_rail`.

Who the scout is, and their bank, they tell Stripe on its own pages; here it is only known whether money can be sent,
what is still wanted, and by when. The account is fetched whenever something is said to have happened to it.
"""

import re
from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from market.accounts.models import Account, Scout
from market.errors import DomainError, Kind
from market.ids import encode, new_id
from market.payments import events, inbox, stripe_gateway
from market.payments.models import PayoutAccount, StripeEvent
from market.payments.schedule import Schedule
from market.payments.states import PAYOUT_ACCOUNT, PayoutAccountState
from market.payments.stripe_words import NotFound, Recipient, Refused

PREFIX = "pac"


class NotACountry(DomainError):
    """A country is written as its two letters."""

    code = "not_a_country"
    fix = "Use the two letters of ISO 3166, such as DE."


class LiveScoutsOnly(DomainError):
    """Only a scout in live mode is paid real money."""

    code = "live_scouts_only"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    fix = "Change to live mode first."


class CountryNotSupported(DomainError):
    """Stripe makes no account for this country from where this house is."""

    code = "country_not_supported"
    fix = "Choose the country that your bank account is in. Where none fits, what you earn stays yours and waits."


class NoPayoutAccount(DomainError):
    """There is nothing connected that could be paid."""

    code = "payout_account_missing"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix = "Connect a bank account on the page of earnings first."


@transaction.atomic
def open_account(*, scout: Account, country: str, at: datetime) -> PayoutAccount:
    """The scout's open account; a first one, or one in another country where Stripe cannot pay into the first."""
    stripe_gateway.require_open()
    if scout.kind != Account.Kind.SCOUT or scout.mode != "live":
        raise LiveScoutsOnly("Real money is paid to scouts in live mode.")
    country = country.strip().upper()
    if not re.fullmatch("[A-Z]{2}", country):
        raise NotACountry("This is not a country.", param="/country")
    Account.objects.select_for_update().get(pk=scout.pk)  # two taps make one account
    known = account_of(scout.id)
    if known is not None:
        # Whoever has told Stripe nothing yet may still choose another country.
        is_for_good = known.stripe_id and known.state != PayoutAccountState.UNSUPPORTED
        if known.country == country or is_for_good:
            return known
        _move(known, PayoutAccountState.CLOSED)
    return PayoutAccount.objects.create(scout=scout, mode=scout.mode, country=country, scheduled_at=at, made_at=at)


def onboarding_address(*, account_id: UUID, return_address: str, again_address: str, at: datetime) -> str:
    """The page of Stripe on which this scout says who they are and where the money goes. Good for one visit, soon."""
    account = PayoutAccount.objects.get(pk=account_id)
    if not account.stripe_id:
        account = _make(account, at=at)
    return stripe_gateway.onboarding_address(
        {
            "account": account.stripe_id,
            "use_case": {
                "type": "account_onboarding",
                "account_onboarding": {"refresh_url": again_address, "return_url": return_address},
            },
        },
        key=f"onboarding:{encode(PREFIX, account.id)}:{new_id()}",  # each visit is a page of its own
    )


def _make(account: PayoutAccount, *, at: datetime) -> PayoutAccount:
    name = encode(PREFIX, account.id)
    try:
        made = stripe_gateway.make_recipient(
            {
                "contact_email": Scout.objects.values_list("user__email", flat=True).get(pk=account.scout_id),
                "dashboard": "express",
                "identity": {"country": account.country.lower()},
                "configuration": {
                    "recipient": {"capabilities": {"stripe_balance": {"stripe_transfers": {"requested": True}}}}
                },
                "defaults": {"responsibilities": {"fees_collector": "application", "losses_collector": "application"}},
                "metadata": {"account": name},
            },
            key=f"recipient:{name}",
        )
    except Refused as refused:
        with transaction.atomic():
            _move(account, PayoutAccountState.UNSUPPORTED)
        raise CountryNotSupported("Stripe cannot pay into this country from here.", param="/country") from refused
    record(account_id=account.id, found=made, asked_at=at)
    return PayoutAccount.objects.get(pk=account.id)


def refresh(*, account_id: UUID, at: datetime) -> None:
    """Ask Stripe what it says of this account now."""
    account = PayoutAccount.objects.get(pk=account_id)
    if not account.stripe_id or account.state == PayoutAccountState.CLOSED:
        return
    try:
        found = stripe_gateway.recipient(account.stripe_id)
    except NotFound:
        with transaction.atomic():
            _move(account, PayoutAccountState.CLOSED)
        return
    record(account_id=account.id, found=found, asked_at=at)


@transaction.atomic
def record(*, account_id: UUID, found: Recipient, asked_at: datetime) -> None:
    """Keep what Stripe said. An answer to an earlier question than the last one changes nothing."""
    fresh = PayoutAccount.objects.filter(Q(checked_at=None) | Q(checked_at__lte=asked_at), pk=account_id)
    updated = fresh.update(
        stripe_id=found.id,
        requirements=[
            {"what": each.what, "deadline_state": each.deadline_state, "errors": list(each.errors)}
            for each in found.requirements
        ],
        deadline_at=found.deadline_at,
        checked_at=asked_at,
    )
    if not updated:
        return
    account = PayoutAccount.objects.get(pk=account_id)
    before = PayoutAccountState(account.state)
    now = _state_of(found, before)
    if _move(account, now) and before == PayoutAccountState.ACTIVE:
        events.PAYOUT_ACCOUNT_STOPPED.tell(account.scout_id, asked_at, state=now)
    elif now == PayoutAccountState.ACTIVE and before != now:
        events.PAYOUT_ACCOUNT_READY.tell(account.scout_id, asked_at)


_SAID: Final = {
    "active": PayoutAccountState.ACTIVE,
    "pending": PayoutAccountState.PENDING,
    "rejected": PayoutAccountState.RESTRICTED,
    "unsupported": PayoutAccountState.UNSUPPORTED,
    "": PayoutAccountState.CONNECTING,
}


def _state_of(found: Recipient, before: PayoutAccountState) -> PayoutAccountState:
    if found.is_closed:
        return PayoutAccountState.CLOSED
    if found.transfers != "restricted":
        return _SAID[found.transfers]
    # A new account is restricted until its scout has told enough: that is no trouble yet.
    is_new = before in (PayoutAccountState.CONNECTING, PayoutAccountState.PENDING)
    is_routine = found.requirements and not any(each.errors for each in found.requirements)
    is_rejected = any(each.startswith("rejected") for each in found.reasons)
    if is_new and is_routine and not is_rejected:
        return PayoutAccountState.CONNECTING
    return PayoutAccountState.RESTRICTED


def _move(account: PayoutAccount, to: PayoutAccountState) -> bool:
    source = PayoutAccountState(account.state)
    if source in (to, PayoutAccountState.CLOSED):
        return False
    return PAYOUT_ACCOUNT.move(PayoutAccount.objects.filter(pk=account.pk), source=source, to=to)


# --- what a scout chooses, and what is read ---------------------------------------------------------------------------


def choose_schedule(*, scout: Account, schedule: Schedule, at: datetime) -> None:
    mine = PayoutAccount.objects.filter(scout=scout).exclude(state=PayoutAccountState.CLOSED)
    if not mine.update(schedule=schedule, scheduled_at=at):
        raise NoPayoutAccount("There is no bank account yet that could be paid by a schedule.")


def account_of(scout_id: UUID) -> PayoutAccount | None:
    """The open one."""
    return PayoutAccount.objects.filter(scout_id=scout_id).exclude(state=PayoutAccountState.CLOSED).first()


# --- what Stripe tells ------------------------------------------------------------------------------------------------


@inbox.applies(
    "v2.core.account.updated",
    "v2.core.account.closed",
    "v2.core.account[requirements].updated",
    "v2.core.account[configuration.recipient].updated",
    "v2.core.account[configuration.recipient].capability_status_updated",
)
def apply_account(event: StripeEvent, at: datetime) -> None:
    _refresh_of_stripe(event.object_id, at)


@inbox.applies("account.application.deauthorized")
def apply_deauthorized(event: StripeEvent, at: datetime) -> None:
    """The scout has taken us off their account: it is gone for us, whatever Stripe still knows of it."""
    with transaction.atomic():
        for account in PayoutAccount.objects.filter(stripe_id=event.account or "-"):
            _move(account, PayoutAccountState.CLOSED)


@inbox.applies("payout.failed", "payout.paid")
def apply_bank_payout(event: StripeEvent, at: datetime) -> None:
    """Stripe pays on to the scout's bank. What the bank sends back stays theirs, at Stripe, until they mend it."""
    account = PayoutAccount.objects.filter(stripe_id=event.account or "-").first()
    if account is None:
        return  # our own account's payout to our own bank: reconciliation finds it
    failure = stripe_gateway.newest_bank_failure(account.stripe_id)
    with transaction.atomic():
        changed = PayoutAccount.objects.filter(pk=account.pk).exclude(bank_failure=failure).update(bank_failure=failure)
        if changed and failure:
            events.PAYOUT_ACCOUNT_BANK_FAILED.tell(account.scout_id, at, reason=failure)
    _refresh_of_stripe(account.stripe_id, at)


def _refresh_of_stripe(stripe_id: str, at: datetime) -> None:
    for account_id in PayoutAccount.objects.filter(stripe_id=stripe_id or "-").values_list("id", flat=True):
        refresh(account_id=account_id, at=at)

"""Connecting an account at Stripe, and what becomes of it."""

import pytest
from django.test import Client
from pytest_django import Settings

from market.accounts.models import Mode
from market.events.models import Event
from market.payments import payout_accounts, stripe_gateway
from market.payments.models import PayoutAccount
from market.payments.payout_accounts import CountryNotSupported, LiveScoutsOnly, NotACountry, open_account
from market.payments.states import PayoutAccountState
from market.payments.stripe_words import LiveMoneyClosed, Unclear
from tests.fakes.stripe_twin import Twin
from tests.integration.payments.stripe.paying import deliver, live_agent, work_off
from tests.integration.payments.stripe.paying_out import BACK, connecting_scout, now, stripe_decides
from tests.people import make_scout

pytestmark = pytest.mark.django_db


def told(account: PayoutAccount) -> list[str]:
    return list(Event.objects.filter(account=account.scout_id).order_by("position").values_list("type", flat=True))


def test_a_scout_is_sent_to_stripe_as_a_recipient_who_holds_an_express_account(twin: Twin) -> None:
    account = connecting_scout("DE")
    (made,) = twin.all("acct")
    assert (made["id"], made["dashboard"], made["identity"]) == (account.stripe_id, "express", {"country": "de"})
    assert made["applied_configurations"] == ["recipient"]
    assert (account.state, account.deadline_at is not None) == ("connecting", True)
    assert {each["what"] for each in account.requirements} >= {"default_payout_method"}


def test_two_taps_make_one_account(twin: Twin) -> None:
    account = connecting_scout()
    again = open_account(scout=account.scout, country="US", at=now())
    elsewhere = open_account(scout=account.scout, country="DE", at=now())
    assert again.id == elsewhere.id == account.id
    payout_accounts.onboarding_address(account_id=account.id, return_address=BACK, again_address=BACK, at=now())
    assert len(twin.all("acct")) == 1
    keys = [each["key"] for each in twin.calls("POST /v2/core/account_links")]
    assert len(set(keys)) == 2


def test_an_answer_lost_after_the_account_was_made_leads_to_the_same_account(twin: Twin) -> None:
    scout = make_scout(Mode.LIVE).account
    account = open_account(scout=scout, country="US", at=now())
    twin.fault("POST /v2/core/accounts", "drop_after")
    with pytest.raises(Unclear):
        payout_accounts.onboarding_address(account_id=account.id, return_address=BACK, again_address=BACK, at=now())
    payout_accounts.onboarding_address(account_id=account.id, return_address=BACK, again_address=BACK, at=now())
    account.refresh_from_db()
    assert [each["id"] for each in twin.all("acct")] == [account.stripe_id]


def test_a_country_that_stripe_does_not_pay_into_is_said_and_another_can_be_chosen(twin: Twin) -> None:
    account = connecting_scout("BR")
    assert account.state == "unsupported"
    other = open_account(scout=account.scout, country="MX", at=now())
    account.refresh_from_db()
    assert (other.id != account.id, account.state) == (True, "closed")


@pytest.mark.parametrize(("country", "refusal"), [("Germany", NotACountry), ("", NotACountry), ("1A", NotACountry)])
def test_what_is_no_country_is_refused(twin: Twin, country: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        open_account(scout=make_scout(Mode.LIVE).account, country=country, at=now())


def test_only_live_scouts_connect_and_only_where_live_money_is_open(twin: Twin, settings: Settings) -> None:
    for stranger in (make_scout().account, live_agent()):
        with pytest.raises(LiveScoutsOnly):
            open_account(scout=stranger, country="US", at=now())
    settings.STRIPE_API_KEY = ""
    with pytest.raises(LiveMoneyClosed):
        open_account(scout=make_scout(Mode.LIVE).account, country="US", at=now())


def test_stripe_refusing_the_account_at_all_is_an_unsupported_country(twin: Twin) -> None:
    account = open_account(scout=make_scout(Mode.LIVE).account, country="US", at=now())
    PayoutAccount.objects.filter(pk=account.pk).update(country="ZZ")
    with pytest.raises(CountryNotSupported):
        payout_accounts.onboarding_address(account_id=account.id, return_address=BACK, again_address=BACK, at=now())
    account.refresh_from_db()
    assert account.state == "unsupported"


@pytest.mark.parametrize(
    ("status", "more", "state"),
    [
        ("active", {}, "active"),
        ("pending", {}, "pending"),
        ("unsupported", {"reason": "unsupported_country"}, "unsupported"),
        ("restricted", {"reason": "rejected_fraud"}, "restricted"),
        ("restricted", {"wants": ["identity.individual.phone"]}, "connecting"),
        ("restricted", {"closed": True}, "closed"),
    ],
)
def test_the_account_is_what_stripe_says(twin: Twin, status: str, more: dict[str, object], state: str) -> None:
    account = connecting_scout()
    stripe_decides(twin, account, status, **more)
    assert account.state == state


def test_an_active_account_that_is_restricted_is_told_of(client: Client, twin: Twin) -> None:
    account = connecting_scout()
    twin.command("change_account", id=account.stripe_id, status="active")
    deliver(client, twin, copies=2, order="shuffled", seed=3)
    work_off()
    twin.command("change_account", id=account.stripe_id, status="restricted", wants=["default_payout_method"])
    deliver(client, twin, copies=2)
    work_off()
    account.refresh_from_db()
    assert account.state == "restricted"
    assert told(account) == ["payout_account.ready", "payout_account.stopped"]


def test_an_answer_to_an_earlier_question_changes_nothing(twin: Twin) -> None:
    account = connecting_scout()
    earlier = now()
    stripe_decides(twin, account, "active")
    twin.command("change_account", id=account.stripe_id, status="restricted")
    payout_accounts.record(account_id=account.id, found=stripe_gateway.recipient(account.stripe_id), asked_at=earlier)
    account.refresh_from_db()
    assert account.state == "active"


def test_a_closed_account_stays_closed_and_another_can_be_connected(client: Client, twin: Twin) -> None:
    account = connecting_scout()
    stripe_decides(twin, account, "active")
    twin.command("change_account", id=account.stripe_id, status="restricted", closed=True)
    deliver(client, twin)
    work_off()
    account.refresh_from_db()
    assert account.state == PayoutAccountState.CLOSED
    payout_accounts.refresh(account_id=account.id, at=now())
    assert open_account(scout=account.scout, country="US", at=now()).id != account.id


def test_a_scout_who_takes_us_off_their_account_has_closed_it(client: Client, twin: Twin) -> None:
    account = connecting_scout()
    stripe_decides(twin, account, "active")
    twin.command("deauthorize", id=account.stripe_id)
    deliver(client, twin)
    work_off()
    account.refresh_from_db()
    assert account.state == "closed"


def test_a_bank_that_sends_money_back_is_told_of_until_it_takes_some(client: Client, twin: Twin) -> None:
    account = connecting_scout()
    stripe_decides(twin, account, "active")
    twin.command("pay_on", id=account.stripe_id, amount=2_000, failure="account_closed")
    deliver(client, twin, copies=3)
    work_off()
    account.refresh_from_db()
    assert (account.bank_failure, told(account).count("payout_account.bank_failed")) == ("account_closed", 1)
    twin.command("pay_on", id=account.stripe_id, amount=2_000)
    deliver(client, twin, again=True, order="reversed")
    work_off()
    account.refresh_from_db()
    assert account.bank_failure == ""

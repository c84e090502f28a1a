"""Where scouts bear what a payout costs: told before the button, kept to the cent, and in the books."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from market.events.models import Event
from market.ledger import invariants
from market.ledger.postings import AccountKind
from market.payments import payout_events, queries
from market.payments.models import Payout, PayoutAccount
from market.payments.operations import NothingToPayOut, request_payout, send_payout
from market.payments.reconciling import reconcile
from market.payments.stripe_words import Unclear
from tests.fakes.stripe_twin import Twin
from tests.integration.payments.stripe.paying import DOLLAR, deliver, house, work_off
from tests.integration.payments.stripe.paying_out import earn, money, now, paid_scout, sent, states, stripe_decides

pytestmark = pytest.mark.django_db
# 25.00 costs 0.25 % of it, 0.25, and 2.00 in a scout's first payout of a month.
FIRST, NEXT = 2_310_000, 310_000


@pytest.fixture
def by_scouts(settings: Settings) -> None:
    settings.PAYOUTS_PAID_BY = "scout"


def agrees() -> bool:
    made = reconcile(at=now())
    return (made.findings, made.drift_micros, made.suspense_micros, invariants.faults()) == ([], 0, 0, [])


def test_the_house_bears_it_unless_it_says_otherwise(twin: Twin) -> None:
    scout = paid_scout(twin, dollars=25)
    payout = request_payout(scout=scout, at=now())
    send_payout(payout_id=payout.id, at=now())
    assert (sent(twin), payout.cost_micros, house(AccountKind.PROCESSING_FEE)) == (2_500, 0, 0)


def test_the_first_of_a_month_costs_the_month_too(by_scouts: None, twin: Twin) -> None:
    scout = paid_scout(twin, dollars=25)
    at = datetime(2026, 6, 15, tzinfo=UTC)
    for cost, month in ((FIRST, 6), (NEXT, 6), (FIRST, 7)):
        payout = request_payout(scout=scout, at=at.replace(month=month))
        send_payout(payout_id=payout.id, at=at.replace(month=month))
        assert payout.cost_micros == cost
        earn(scout, 25)
    assert sent(twin) == 3 * 2_500 - 231 - 31 - 231
    assert money(scout) == (25.0, 0.0)
    assert queries.paid_out(scout.id) == sent(twin) * 10_000
    assert house(AccountKind.PROCESSING_FEE) == FIRST + NEXT + FIRST
    told = Event.objects.filter(account=scout, type="payout.paid").order_by("id")
    assert [(each.data["amount"], each.data["cost"]) for each in told][:2] == [("25.00", "2.31"), ("25.00", "0.31")]
    assert agrees()


def test_what_stripe_then_takes_for_it_evens_it_out(by_scouts: None, twin: Twin) -> None:
    scout = paid_scout(twin, dollars=25)
    send_payout(payout_id=request_payout(scout=scout, at=now()).id, at=now())
    twin.command("move", kind="stripe_fee", amount=-231)
    assert agrees()
    assert house(AccountKind.PROCESSING_FEE) == 0


def test_one_that_is_refused_costs_nothing_and_the_next_is_the_first(by_scouts: None, twin: Twin) -> None:
    scout = paid_scout(twin, dollars=25)
    payout = request_payout(scout=scout, at=now())
    account = PayoutAccount.objects.get()
    twin.command("change_account", id=account.stripe_id, status="restricted")
    send_payout(payout_id=payout.id, at=now())
    assert (states(scout), money(scout), house(AccountKind.PROCESSING_FEE)) == (["restricted"], (25.0, 0.0), 0)
    stripe_decides(twin, account, "active")
    assert request_payout(scout=scout, at=now()).cost_micros == FIRST


def test_what_comes_back_whole_has_cost_nothing(by_scouts: None, client: Client, twin: Twin) -> None:
    scout = paid_scout(twin, dollars=25)
    send_payout(payout_id=request_payout(scout=scout, at=now()).id, at=now())
    for amount, available in ((1_000, 10.0), (2_500 - 231 - 1_000, 25.0)):
        twin.command("reverse", id=Payout.objects.get().reference, amount=amount)
        deliver(client, twin, copies=2)
        work_off()
        assert money(scout) == (available, 0.0)
        assert agrees()
    assert (states(scout), house(AccountKind.PROCESSING_FEE)) == (["returned"], 0)


def test_two_halves_that_come_back_are_told_twice_and_come_back_once(
    by_scouts: None, client: Client, twin: Twin, settings: Settings
) -> None:
    """The first half once more would be all of it, too."""
    settings.PAYOUT_FEE_MONTHLY_MICROS = 2_010_000
    scout = paid_scout(twin, dollars=25)
    send_payout(payout_id=request_payout(scout=scout, at=now()).id, at=now())
    for available in (11.34, 25.0):
        twin.command("reverse", id=Payout.objects.get().reference, amount=1_134)
        for _ in range(2):
            deliver(client, twin, again=True)
            work_off()
            payout_events.take_back(transfer_id=Payout.objects.get().reference, at=now())
        assert money(scout) == (available, 0.0)
    assert agrees()


def test_a_lost_answer_looks_for_what_was_sent_not_for_what_was_asked(by_scouts: None, twin: Twin) -> None:
    scout = paid_scout(twin, dollars=25)
    payout = request_payout(scout=scout, at=now())
    twin.fault("POST /v1/transfers", "fail_after", times=2)
    later = now() + timedelta(hours=21)
    with pytest.raises(Unclear):
        send_payout(payout_id=payout.id, at=now())
    send_payout(payout_id=payout.id, at=later)
    assert (states(scout), sent(twin)) == (["paid"], 2_500 - 231)
    assert agrees()


def test_what_would_cost_all_of_it_is_not_begun(by_scouts: None, twin: Twin, settings: Settings) -> None:
    settings.PAYOUT_FEE_MONTHLY_MICROS = 6 * DOLLAR
    scout = paid_scout(twin, dollars=5)
    with pytest.raises(NothingToPayOut, match=r"would cost 6\.26"):
        request_payout(scout=scout, at=now())


@pytest.mark.parametrize(
    ("who", "said"),
    [
        ("scout", "Paying it out costs $2.31, and you get $22.69."),
        ("house", "Paying it out costs $2.31. We bear that: you get all of it."),
    ],
)
def test_it_is_told_before_the_button(client: Client, twin: Twin, settings: Settings, who: str, said: str) -> None:
    settings.PAYOUTS_PAID_BY = who
    scout = paid_scout(twin, dollars=25)
    client.force_login(scout.scout.user)
    page = client.get(reverse("earnings")).content.decode()
    assert said in page
    assert page.index(said) < page.index("Pay it out</button>")
    assert ("A payout costs 0.25 % of it and $0.25" in page) == (who == "scout")
    client.post(reverse("ask_payout"))
    work_off()
    assert sent(twin) == (2_269 if who == "scout" else 2_500)
    assert ("$2.31 of it was what the payout cost" in client.get(reverse("earnings")).content.decode()) == (
        who == "scout"
    )

"""What can go wrong after money was sent, told as stories that end in balances."""

from datetime import timedelta

import pytest
from django.test import Client

from market.ledger import invariants
from market.ledger.postings import AccountKind
from market.payments import payout_accounts, payout_events
from market.payments.models import Payout, PayoutAccount
from market.payments.operations import begin_sending, request_payout, send_payout
from market.payments.reconciling import reconcile
from market.payments.stripe_words import Unclear
from market.work.registry import TryLater
from tests.fakes.stripe_twin import Twin
from tests.integration.payments.stripe.paying import DOLLAR, deliver, house, work_off
from tests.integration.payments.stripe.paying_out import (
    connecting_scout,
    money,
    now,
    paid_scout,
    sent,
    states,
    stripe_decides,
)

pytestmark = pytest.mark.django_db


def pay(twin: Twin, dollars: float = 20.0) -> Payout:
    scout = paid_scout(twin, dollars=dollars)
    payout = request_payout(scout=scout, at=now())
    send_payout(payout_id=payout.id, at=now())
    payout.refresh_from_db()
    return payout


def test_a_transfer_that_is_reversed_is_the_scouts_again_and_can_be_paid_again(client: Client, twin: Twin) -> None:
    payout = pay(twin)
    twin.command("reverse", id=payout.reference)
    deliver(client, twin, copies=3, order="shuffled", seed=1)
    work_off()
    scout = payout.scout
    assert (states(scout), money(scout), sent(twin)) == (["returned"], (20.0, 0.0), 0)
    again = request_payout(scout=scout, at=now())
    send_payout(payout_id=again.id, at=now())
    assert (states(scout), money(scout), sent(twin)) == (["returned", "paid"], (0.0, 0.0), 2_000)
    assert (invariants.faults(), reconcile(at=now()).findings) == ([], [])


def test_a_transfer_reversed_in_parts_comes_back_in_parts(client: Client, twin: Twin) -> None:
    payout = pay(twin)
    for amount in (500, 300):
        twin.command("reverse", id=payout.reference, amount=amount)
        deliver(client, twin)
        deliver(client, twin, again=True, order="reversed")
        work_off()
    payout.refresh_from_db()
    assert (payout.state, payout.returned_micros, money(payout.scout)) == ("paid", 8 * DOLLAR, (8.0, 0.0))
    assert reconcile(at=now()).findings == []


def test_a_reversal_told_before_its_transfer_was_recorded_records_both(twin: Twin) -> None:
    scout = paid_scout(twin)
    payout = request_payout(scout=scout, at=now())
    twin.fault("POST /v1/transfers", "drop_after")
    with pytest.raises(Unclear):
        send_payout(payout_id=payout.id, at=now())
    (transfer,) = twin.all("tr")
    twin.command("reverse", id=transfer["id"], amount=700)
    payout_events.take_back(transfer_id=transfer["id"], at=now())
    assert (states(scout), money(scout)) == (["paid"], (7.0, 0.0))


def test_a_transfer_of_somebody_elses_making_changes_nothing(client: Client, twin: Twin) -> None:
    account = connecting_scout()
    stripe_decides(twin, account, "active")
    twin.command("fund", amount=10_000)
    twin.command("transfer", account=account.stripe_id, amount=1_000)
    deliver(client, twin)
    work_off()
    assert money(account.scout) == (0.0, 0.0)
    made = reconcile(at=now() + timedelta(hours=2))
    assert (made.suspense_micros, made.drift_micros) == (-10 * DOLLAR, 0)


def test_an_account_closed_with_a_payout_on_its_way_gives_the_money_back_for_another_account(twin: Twin) -> None:
    scout = paid_scout(twin)
    payout = request_payout(scout=scout, at=now())
    first = PayoutAccount.objects.get()
    twin.command("change_account", id=first.stripe_id, status="restricted", closed=True)
    send_payout(payout_id=payout.id, at=now())
    assert (states(scout), money(scout)) == (["restricted"], (20.0, 0.0))
    second = payout_accounts.open_account(scout=scout, country="US", at=now())
    payout_accounts.onboarding_address(
        account_id=second.id, return_address="https://a/", again_address="https://a/", at=now()
    )
    second.refresh_from_db()
    stripe_decides(twin, second, "active")
    again = request_payout(scout=scout, at=now())
    send_payout(payout_id=again.id, at=now())
    (transfer,) = twin.all("tr")
    assert (transfer["destination"], states(scout)) == (second.stripe_id, ["restricted", "paid"])


def test_a_bank_that_sends_a_payout_back_changes_no_balance_of_ours(client: Client, twin: Twin) -> None:
    payout = pay(twin)
    account = PayoutAccount.objects.get()
    twin.command("pay_on", id=account.stripe_id, amount=2_000, failure="no_account")
    deliver(client, twin)
    work_off()
    account.refresh_from_db()
    assert (account.bank_failure, states(payout.scout), money(payout.scout)) == ("no_account", ["paid"], (0.0, 0.0))
    assert reconcile(at=now()).findings == []


def test_what_a_scouts_account_owed_and_stripe_took_from_us_is_a_loss_of_the_house(twin: Twin) -> None:
    pay(twin)
    twin.command("move", kind="connect_collection_transfer", amount=-700, source="cct_1")
    made = reconcile(at=now())
    assert (made.findings, house(AccountKind.DISPUTE_LOSS)) == ([], -20 * DOLLAR - 7 * DOLLAR)
    assert invariants.faults() == []


def test_a_balance_of_ours_below_nothing_makes_payouts_wait(twin: Twin) -> None:
    scout = paid_scout(twin, at_stripe=30)
    twin.command("move", kind="adjustment", amount=-5_000, source="dp_other")
    payout = request_payout(scout=scout, at=now())
    send_payout(payout_id=payout.id, at=now())
    assert (states(scout), money(scout)) == (["short_of_funds"], (0.0, 20.0))
    twin.command("fund", amount=4_000)
    work_off(later=timedelta(hours=2))
    assert (states(scout), sent(twin)) == (["paid"], 2_000)


def test_a_reversal_waits_until_its_payout_is_recorded(twin: Twin) -> None:
    """Somebody else is at the payout just now: the record of what came back comes after the record of its sending."""
    payout = pay(twin)
    begun = begin_sending(payout_id=payout.id, at=now())
    assert begun is None
    Payout.objects.filter(pk=payout.pk).update(state="short_of_funds", ended_at=None)
    twin.command("reverse", id=payout.reference, amount=100)
    with pytest.raises(TryLater):
        payout_events.take_back(transfer_id=payout.reference, at=now())

"""Live payouts: one transfer each, whatever becomes of calls and answers; and what each refusal means."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from market.accounts.models import Mode
from market.ledger import invariants
from market.payments import scheduling, stripe_gateway
from market.payments.models import Payout, PayoutAccount
from market.payments.operations import NothingToPayOut, request_payout, send_payout
from market.payments.payout_accounts import NoPayoutAccount
from market.payments.rails import PayoutsClosed
from market.payments.stripe_rail import PayoutAccountNotReady
from market.payments.stripe_words import KeyConflict, Unclear, Unwelcome
from tests.fakes.stripe_twin import Twin
from tests.integration.payments.stripe.paying import deliver, work_off
from tests.integration.payments.stripe.paying_out import (
    connecting_scout,
    earn,
    grow_old,
    money,
    now,
    paid_scout,
    sent,
    states,
    stripe_decides,
)
from tests.people import make_scout

pytestmark = pytest.mark.django_db


def test_a_payout_is_one_transfer_under_its_own_name_and_key(twin: Twin) -> None:
    scout = paid_scout(twin, dollars=20.005)
    payout = request_payout(scout=scout, at=now())
    assert send_payout(payout_id=payout.id, at=now()) is None
    (transfer,) = twin.all("tr")
    (call,) = twin.calls("POST /v1/transfers")
    name = transfer["metadata"]["payout"]
    assert (transfer["amount"], transfer["transfer_group"], call["key"]) == (2_000, name, f"payout:{name}:1")
    assert (states(scout), money(scout)) == (["paid"], (0.005, 0.0))
    assert Payout.objects.get().reference == transfer["id"]
    assert invariants.faults() == []


def test_without_a_key_live_payouts_are_closed(db: None) -> None:
    with pytest.raises(PayoutsClosed):
        request_payout(scout=make_scout(Mode.LIVE).account, at=now())


def test_who_has_connected_nothing_or_not_enough_is_not_paid_yet(twin: Twin) -> None:
    stranger = make_scout(Mode.LIVE).account
    earn(stranger, 20)
    with pytest.raises(NoPayoutAccount):
        request_payout(scout=stranger, at=now())
    account = connecting_scout()
    earn(account.scout, 20)
    with pytest.raises(PayoutAccountNotReady):
        request_payout(scout=account.scout, at=now())
    assert money(account.scout) == (20.0, 0.0)


def test_less_than_five_dollars_is_not_paid_out(twin: Twin) -> None:
    scout = paid_scout(twin, dollars=4.99)
    with pytest.raises(NothingToPayOut):
        request_payout(scout=scout, at=now())


@pytest.mark.parametrize("fault", ["fail_after", "drop", "drop_after", "limit", "away"])
def test_no_clear_answer_means_asking_again_under_the_same_key(twin: Twin, fault: str) -> None:
    scout = paid_scout(twin)
    payout = request_payout(scout=scout, at=now())
    twin.fault("POST /v1/transfers", fault)
    with pytest.raises(Unclear):
        send_payout(payout_id=payout.id, at=now())
    assert (states(scout), money(scout)) == (["sending"], (0.0, 20.0))
    assert send_payout(payout_id=payout.id, at=now()) is None
    assert len({each["key"] for each in twin.calls("POST /v1/transfers")}) == 1
    assert (states(scout), sent(twin), money(scout)) == (["paid"], 2_000, (0.0, 0.0))


def test_a_failure_that_stripe_keeps_under_the_key_is_outlived(twin: Twin) -> None:
    scout = paid_scout(twin)
    payout = request_payout(scout=scout, at=now())
    twin.fault("POST /v1/transfers", "fail")
    for _ in range(2):
        with pytest.raises(Unclear):
            send_payout(payout_id=payout.id, at=now())
    twin.advance(25 * 3600)
    grow_old(payout, timedelta(hours=25))
    assert send_payout(payout_id=payout.id, at=now()) is None
    assert (states(scout), sent(twin)) == (["paid"], 2_000)


def test_an_old_order_is_looked_up_before_it_is_told_again(twin: Twin) -> None:
    scout = paid_scout(twin)
    payout = request_payout(scout=scout, at=now())
    twin.fault("POST /v1/transfers", "drop_after")
    with pytest.raises(Unclear):
        send_payout(payout_id=payout.id, at=now())
    grow_old(payout, timedelta(hours=21))
    twin.command("forget_keys")  # as Stripe does after a day: told again, it would send again
    assert send_payout(payout_id=payout.id, at=now()) is None
    assert (len(twin.calls("POST /v1/transfers")), sent(twin), states(scout)) == (1, 2_000, ["paid"])


def test_an_old_order_that_never_arrived_is_sent(twin: Twin) -> None:
    scout = paid_scout(twin)
    payout = request_payout(scout=scout, at=now())
    twin.fault("POST /v1/transfers", "drop")
    with pytest.raises(Unclear):
        send_payout(payout_id=payout.id, at=now())
    grow_old(payout, timedelta(hours=21))
    assert send_payout(payout_id=payout.id, at=now()) is None
    assert (sent(twin), states(scout)) == (2_000, ["paid"])


def test_too_little_at_stripe_waits_and_is_sent_when_there_is_enough(twin: Twin) -> None:
    scout = paid_scout(twin, at_stripe=19.99)
    payout = request_payout(scout=scout, at=now())
    again_at = send_payout(payout_id=payout.id, at=now())
    assert again_at is not None
    assert (states(scout), money(scout)) == (["short_of_funds"], (0.0, 20.0))
    twin.command("fund", amount=1)
    assert send_payout(payout_id=payout.id, at=again_at) is None
    assert [each["key"][-2:] for each in twin.calls("POST /v1/transfers")] == [":1", ":2"]
    assert (states(scout), sent(twin)) == (["paid"], 2_000)


@pytest.mark.parametrize(
    ("status", "closed", "state", "failure", "account_state"),
    [
        ("restricted", False, "restricted", "account_restricted", "restricted"),
        ("unsupported", False, "unsupported", "country_not_supported", "unsupported"),
        ("restricted", True, "restricted", "account_closed", "closed"),
    ],
)
def test_an_account_that_takes_nothing_gives_the_money_back_and_says_why(
    twin: Twin, status: str, *, closed: bool, state: str, failure: str, account_state: str
) -> None:
    scout = paid_scout(twin)
    payout = request_payout(scout=scout, at=now())
    account = PayoutAccount.objects.get()
    twin.command("change_account", id=account.stripe_id, status=status, closed=closed)
    assert send_payout(payout_id=payout.id, at=now()) is None
    payout.refresh_from_db()
    assert (payout.state, payout.failure, money(scout), sent(twin)) == (state, failure, (20.0, 0.0), 0)
    assert payout.explanation
    account.refresh_from_db()
    assert account.state == account_state


def test_after_a_restriction_is_lifted_the_same_money_is_paid_once(twin: Twin) -> None:
    scout = paid_scout(twin)
    account = PayoutAccount.objects.get()
    payout = request_payout(scout=scout, at=now())
    twin.command("change_account", id=account.stripe_id, status="restricted")
    send_payout(payout_id=payout.id, at=now())
    stripe_decides(twin, account, "active")
    again = request_payout(scout=scout, at=now())
    send_payout(payout_id=again.id, at=now())
    assert (states(scout), sent(twin), money(scout)) == (["restricted", "paid"], 2_000, (0.0, 0.0))


def test_a_refusal_of_an_order_told_before_is_believed_only_when_nothing_was_sent(twin: Twin) -> None:
    scout = paid_scout(twin)
    payout = request_payout(scout=scout, at=now())
    twin.fault("POST /v1/transfers", "drop_after")
    with pytest.raises(Unclear):
        send_payout(payout_id=payout.id, at=now())
    twin.command("forget_keys")
    twin.command("change_account", id=PayoutAccount.objects.get().stripe_id, status="restricted")
    assert send_payout(payout_id=payout.id, at=now()) is None
    assert (states(scout), sent(twin), money(scout)) == (["paid"], 2_000, (0.0, 0.0))


def test_a_key_of_ours_that_stripe_refuses_gives_nothing_back(twin: Twin, settings: Settings) -> None:
    scout = paid_scout(twin)
    payout = request_payout(scout=scout, at=now())
    settings.STRIPE_API_KEY = "sk_test_revoked"
    with pytest.raises(Unwelcome):
        send_payout(payout_id=payout.id, at=now())
    assert (states(scout), money(scout)) == (["sending"], (0.0, 20.0))


def test_a_key_that_was_used_for_something_else_gives_nothing_back(twin: Twin) -> None:
    scout = paid_scout(twin)
    payout = request_payout(scout=scout, at=now())
    Payout.objects.filter(pk=payout.pk).update(amount_micros=payout.amount_micros)
    twin.fault("POST /v1/transfers", "drop_after")
    with pytest.raises(Unclear):
        send_payout(payout_id=payout.id, at=now())
    Payout.objects.filter(pk=payout.pk).update(destination="acct_other")
    with pytest.raises(KeyConflict):
        send_payout(payout_id=payout.id, at=now())
    assert (states(scout), money(scout)) == (["sending"], (0.0, 20.0))


def test_a_webhook_tells_of_a_transfer_whose_answer_was_lost(client: Client, twin: Twin) -> None:
    scout = paid_scout(twin)
    payout = request_payout(scout=scout, at=now())
    twin.fault("POST /v1/transfers", "drop_after")
    with pytest.raises(Unclear):
        send_payout(payout_id=payout.id, at=now())
    deliver(client, twin, copies=2, order="reversed")
    work_off()
    assert (states(scout), sent(twin)) == (["paid"], 2_000)
    assert len({each["key"] for each in twin.calls("POST /v1/transfers")}) == 1


# --- by schedule ---


def test_a_schedule_nets_all_earnings_into_one_transfer_and_carries_the_rest_over(twin: Twin) -> None:
    scout = paid_scout(twin, dollars=12.00)
    earn(scout, 12.99)
    account = PayoutAccount.objects.get()
    account.schedule = "by_amount"
    account.save()
    assert scheduling.begin_due(at=now()) == 0
    earn(scout, 0.02)
    assert [scheduling.begin_due(at=now()) for _ in range(2)] == [1, 0]
    work_off()
    assert (states(scout), sent(twin), money(scout)) == (["paid"], 2_501, (0.0, 0.0))


def test_a_monthly_schedule_pays_once_a_month(twin: Twin) -> None:
    scout = paid_scout(twin)
    later = now() + timedelta(days=32)
    assert scheduling.begin_due(at=now()) == 0
    assert [scheduling.begin_due(at=later) for _ in range(2)] == [1, 0]
    assert money(scout) == (0.0, 20.0)


def test_a_restricted_account_is_not_scheduled(twin: Twin) -> None:
    paid_scout(twin)
    stripe_decides(twin, PayoutAccount.objects.get(), "restricted", wants=["default_payout_method"])
    assert scheduling.begin_due(at=now() + timedelta(days=32)) == 0


def test_stripe_is_never_asked_inside_a_transaction(twin: Twin, transactional_db: None) -> None:
    from django.db import transaction

    with pytest.raises(RuntimeError), transaction.atomic():
        stripe_gateway.funds()

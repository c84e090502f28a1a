"""The books and Stripe: each transaction one entry and back, the sums, and what happens when they do not agree."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.utils import timezone

from market.accounts.audit import CONSOLE
from market.accounts.models import Audit
from market.accounts.operations.operators import ReasonMissing
from market.ledger import house, invariants, rules
from market.ledger.operations import post
from market.ledger.postings import AccountKind
from market.payments import operations, reconciling, refunds, stopping
from market.payments.models import Payout, PayoutStop, Reconciliation, Refund, StripeTransaction
from market.payments.operations import request_payout, send_payout
from market.payments.reconciling import reconcile
from market.payments.stripe_words import Unclear
from tests.fakes.stripe_twin import Twin
from tests.integration.payments.stripe.paying import (
    DOLLAR,
    LIVE,
    asked,
    at_stripe,
    available,
    deliver,
    live_agent,
    page_of,
    topped_up,
    work_off,
)
from tests.integration.payments.stripe.paying import house as held_by_house
from tests.integration.payments.stripe.paying_out import money, now, paid_scout, states

pytestmark = pytest.mark.django_db
TOMORROW = timedelta(days=1, hours=1)


def clean(twin: Twin, made: Reconciliation) -> bool:
    """It agrees, and so does a second look; the books say what the twin has."""
    assert (made.findings, made.drift_micros, made.unmatched) == ([], 0, 0)
    assert held_by_house(AccountKind.STRIPE_CLEARING) == -at_stripe(twin) + made.in_transit_micros
    again = reconcile(at=made.at)
    assert (again.findings, again.matched) == ([], made.matched)
    assert (invariants.faults(), PayoutStop.objects.count()) == ([], 0)
    return True


def test_an_empty_house_agrees(twin: Twin) -> None:
    assert clean(twin, reconcile(at=now()))


def test_money_in_and_out_with_its_fees_is_one_entry_for_each_transaction(client: Client, twin: Twin) -> None:
    agent = live_agent()
    twin.pay(page_of(asked(agent, 100)))
    deliver(client, twin)
    work_off()
    scout = paid_scout(twin)
    payout = request_payout(scout=scout, at=now())
    send_payout(payout_id=payout.id, at=now())
    twin.command("move", kind="stripe_fee", amount=-225)
    twin.command("move", kind="payout", amount=-5_000, source="po_own")
    made = reconcile(at=now())
    assert made.matched == 5
    assert clean(twin, made)
    entries = StripeTransaction.objects.values_list("kind", "entry__kind")
    assert sorted(entries) == [
        ("charge", "topup"),
        ("payout", "own_bank"),
        ("stripe_fee", "stripe_fee"),
        ("topup", "own_bank"),
        ("transfer", "payout_paid"),
    ]
    assert held_by_house(AccountKind.PROCESSING_FEE) == -3_200_000 - 2_250_000
    assert held_by_house(AccountKind.HOUSE_BANK) == (1_000 - 50) * DOLLAR


def test_what_no_webhook_told_of_is_applied(twin: Twin) -> None:
    agent = live_agent()
    twin.pay(page_of(asked(agent, 25)))
    scout = paid_scout(twin)
    payout = request_payout(scout=scout, at=now())
    twin.fault("POST /v1/transfers", "drop_after")
    with pytest.raises(Unclear):
        send_payout(payout_id=payout.id, at=now())
    assert clean(twin, reconcile(at=now()))
    assert (available(agent), states(scout)) == (25 * DOLLAR, ["paid"])


def test_a_reversal_that_nobody_told_of_comes_back(twin: Twin) -> None:
    scout = paid_scout(twin)
    payout = request_payout(scout=scout, at=now())
    send_payout(payout_id=payout.id, at=now())
    twin.command("reverse", id=Payout.objects.get().reference, amount=500)
    assert clean(twin, reconcile(at=now()))
    assert money(scout) == (5.0, 0.0)


def test_what_is_on_its_way_is_no_drift(twin: Twin) -> None:
    paid_scout(twin)
    reconcile(at=now())
    agent = live_agent()
    post([rules.top_up(book=LIVE, agent_id=agent.id, payment="pi_early", amount_micros=25 * DOLLAR)], at=now())
    made = reconcile(at=now())
    assert (made.findings, made.in_transit_micros) == ([], -25 * DOLLAR)
    late = reconcile(at=now() + TOMORROW)
    assert late.findings == ["topup:pi_early moved 25.00, and Stripe knows nothing of it."]


def test_money_that_nobody_understands_stands_in_suspense_until_an_operator_explains_it(twin: Twin) -> None:
    paid_scout(twin)
    reconcile(at=now())
    twin.command("move", kind="adjustment", amount=-700, source="xx_1")
    fresh = reconcile(at=now())
    assert (fresh.findings, fresh.unmatched, fresh.suspense_micros) == ([], 1, 0)
    later = reconcile(at=now() + timedelta(hours=2))
    assert (later.findings, later.suspense_micros, later.drift_micros) == ([], -7 * DOLLAR, 0)
    aged = reconcile(at=now() + TOMORROW)
    assert len(aged.findings) == 1
    assert "(adjustment, -7.00) is in suspense since" in aged.findings[0]
    assert stopping.is_stopped("live")

    (row,) = reconciling.in_suspense()
    with pytest.raises(ReasonMissing):
        reconciling.explain(transaction_id=row.id, to=AccountKind.DISPUTE_LOSS, by=CONSOLE, because="", at=now())
    why = "A fine of the card network."
    reconciling.explain(transaction_id=row.id, to=AccountKind.DISPUTE_LOSS, by=CONSOLE, because=why, at=now())
    with pytest.raises(reconciling.NotInSuspense):
        reconciling.explain(transaction_id=row.id, to=AccountKind.DISPUTE_LOSS, by=CONSOLE, because=why, at=now())
    assert held_by_house(AccountKind.SUSPENSE) == 0
    assert reconcile(at=now() + TOMORROW).findings == []
    assert Audit.objects.get(action=Audit.Action.SUSPENSE_EXPLAINED).reason == why


def test_an_entry_of_another_amount_than_stripe_moved_stops_payouts(twin: Twin) -> None:
    scout = paid_scout(twin)
    payout = request_payout(scout=scout, at=now())
    reconcile(at=now())
    twin.command("move", kind="stripe_fee", amount=-300)
    wrong = house.stripe_fee(book=LIVE, transaction=twin.command("transactions")[-1]["id"], amount_micros=2 * DOLLAR)
    row = twin.command("transactions")[-1]
    entry_id = post([wrong], at=now())[0].entry_id
    StripeTransaction.objects.create(
        id=row["id"],
        kind="stripe_fee",
        amount_cents=-300,
        fee_cents=0,
        net_cents=-300,
        created_at=timezone.now(),
        entry_id=entry_id,
    )
    made = reconcile(at=now())
    assert made.drift_micros == -DOLLAR
    assert len(made.findings) == 2
    assert send_payout(payout_id=payout.id, at=now()) is not None
    assert (states(scout), twin.all("tr")) == (["requested"], [])


def test_money_that_vanished_at_stripe_is_drift(twin: Twin) -> None:
    paid_scout(twin)
    reconcile(at=now())
    twin.command("lose", amount=100)
    made = reconcile(at=now())
    assert made.drift_micros == -DOLLAR
    assert "nobody can explain" in made.findings[0]


def test_a_payout_of_which_nobody_knows_for_days_is_a_finding(twin: Twin) -> None:
    scout = paid_scout(twin)
    payout = request_payout(scout=scout, at=now())
    operations.begin_sending(payout_id=payout.id, at=now())
    made = reconcile(at=now() + timedelta(days=3))
    assert len(made.findings) == 1
    assert str(payout.id) in made.findings[0]


def test_only_what_is_new_is_listed_the_next_day(twin: Twin) -> None:
    paid_scout(twin)
    days = [reconcile(at=now() + timedelta(days=each)) for each in (0, 4, 5)]
    assert [each.listed for each in days] == [1, 1, 0]
    assert reconcile(at=now() + timedelta(days=5), since=now() - timedelta(days=1)).listed == 1


def test_the_command_shows_the_sums_and_fails_when_they_do_not_agree(twin: Twin) -> None:
    paid_scout(twin)
    out, err = StringIO(), StringIO()
    call_command("reconcile", "--since", "2020-01-01", stdout=out, stderr=err)
    assert "The books and Stripe agree." in out.getvalue()
    twin.command("lose", amount=100)
    with pytest.raises(SystemExit):
        call_command("reconcile", stdout=out, stderr=err)
    assert "nobody can explain" in err.getvalue()


def test_without_a_key_the_command_says_so(db: None) -> None:
    with pytest.raises(CommandError, match="takes no real money"):
        call_command("reconcile")


def test_refunds_sent_sent_back_and_refused_are_all_accounted_for(client: Client, twin: Twin) -> None:
    agent = live_agent()
    topped_up(client, twin, agent, 100)
    for _ in range(2):
        refunds.ask_refund(agent=agent, amount_micros=20 * DOLLAR, at=timezone.now())
        work_off()
    twin.command("fail_refund", id=Refund.objects.latest("id").reference)
    (refused,) = refunds.ask_refund(agent=agent, amount_micros=5 * DOLLAR, at=timezone.now())
    Refund.objects.filter(pk=refused.pk).update(state="sending")
    refunds.fail(refund_id=refused.id, why="charge_already_refunded", at=now())
    later = reconcile(at=now() + TOMORROW)
    assert (later.findings, later.drift_micros, later.suspense_micros) == ([], 0, 0)
    assert available(agent) == 80 * DOLLAR
    assert Refund.objects.filter(state="failed").count() == 2

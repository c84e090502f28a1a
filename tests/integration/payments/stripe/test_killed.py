"""The process is killed at each point of moving money: the next one finishes it; nothing moves twice or is lost."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from market.accounts.models import Account
from market.events.models import Event
from market.ledger import invariants
from market.payments import automatic, refunds, top_ups
from market.payments.models import Payment, Refund, TopUp
from market.payments.operations import request_payout, send_payout
from market.payments.reconciling import reconcile
from tests.dying import Dying, Place, a_process_that_dies
from tests.fakes import stripe_twin
from tests.fakes.stripe_twin import Twin
from tests.integration.payments.stripe.dying import GATEWAY, SDK, goes_wrong, points
from tests.integration.payments.stripe.paying import (
    DOLLAR,
    asked,
    available,
    deliver,
    live_agent,
    spend,
    topped_up,
    work_off,
)
from tests.integration.payments.stripe.paying_out import earn, money, now, paid_scout, sent, states

pytestmark = pytest.mark.engine
BACK = "https://house.example/back"


@pytest.fixture(scope="module")
def dying(django_db_setup: None, running_twin: Twin) -> Iterator[Dying]:
    stripe = {"STRIPE_API_KEY": stripe_twin.API_KEY, "STRIPE_API_ADDRESS": running_twin.address}
    with a_process_that_dies(SDK, "market.payments.refunds", **stripe) as started:
        yield started


def agrees() -> bool:
    made = reconcile(at=now())
    return (invariants.faults(), made.findings, made.drift_micros, made.suspense_micros) == ([], [], 0, 0)


def test_a_payout_whose_sender_is_killed_is_paid_once(transactional_db: None, twin: Twin, dying: Dying) -> None:
    scout = paid_scout(twin, dollars=5)
    after_commit: Place = ("market.payments.operations", "record_progress", "after")
    places = [*points("make_transfer", "/v1/transfers", ("operations", "post")), ("after it", "", after_commit, True)]
    for number, (what, fault, where, has_acted) in enumerate(places, 1):
        if number > 1:
            earn(scout, 5)
        payout = request_payout(scout=scout, at=now())
        goes_wrong(twin, fault)
        dying.do("market.payments.operations.send_payout", where, payout_id=str(payout.id))
        assert sent(twin) == 500 * (number - (not has_acted)), what
        for _ in range(2):  # the next worker, and one that comes late
            assert send_payout(payout_id=payout.id, at=now()) is None
        assert (sent(twin), states(scout), money(scout)) == (500 * number, ["paid"] * number, (0.0, 0.0)), what
    assert len({each["metadata"]["payout"] for each in twin.all("tr")}) == len(places)
    assert Event.objects.filter(account=scout, type="payout.paid").count() == len(places)
    assert agrees()


@pytest.fixture
def agent(transactional_db: None, twin: Twin) -> Account:
    twin.command("fund", amount=10_000)  # what the processing costs has to be there
    return live_agent()


def test_a_payment_page_that_is_killed_in_the_making_is_one_page_and_is_credited_once(
    agent: Account, client: Client, twin: Twin, dying: Dying
) -> None:
    making = points("make_checkout", "/v1/checkout/sessions", ("top_ups", "_keep_session"))
    # The webhook's worker dies too: before it has asked, once it knows, in the middle of writing, and after it.
    crediting: list[Place] = [
        (GATEWAY, "payment", "before"),
        (GATEWAY, "payment", "after"),
        ("market.payments.top_ups", "post", "after"),
        ("market.payments.top_ups", "record_payment", "after"),
    ]
    for number, ((what, fault, where, has_acted), dies_at) in enumerate(zip(making, crediting, strict=True), 1):
        top_up = asked(agent)
        goes_wrong(twin, fault)
        dying.do("market.payments.top_ups.open_checkout", where, top_up_id=str(top_up.id), return_address=BACK)
        assert len(twin.all("cs")) == number - (not has_acted), what
        for _ in range(2):
            top_ups.open_checkout(top_up_id=top_up.id, return_address=BACK, at=now())
        assert len(twin.all("cs")) == number, what
        twin.pay(TopUp.objects.get(pk=top_up.id).session_id)
        dying.do("market.payments.top_ups.look", dies_at, top_up_id=str(top_up.id))
        is_credited = dies_at[1] == "record_payment"
        assert available(agent) == 25 * DOLLAR * (number - (not is_credited)), dies_at
        deliver(client, twin, copies=2, order="shuffled", seed=number)
        work_off()
        top_ups.look(top_up_id=top_up.id, at=now())
        assert (available(agent), Payment.objects.count()) == (25 * DOLLAR * number, number), dies_at
    assert Event.objects.filter(account=agent, type="deposit.succeeded").count() == len(making)
    assert agrees()


@pytest.mark.parametrize("is_told", [True, False], ids=["with its webhook", "without"])
def test_a_saved_card_whose_asker_is_killed_is_charged_once(
    agent: Account, client: Client, twin: Twin, dying: Dying, is_told: bool
) -> None:
    topped_up(client, twin, agent, 25, saves_card=True)
    automatic.switch_on(
        agent=agent, threshold_micros=10 * DOLLAR, amount_micros=25 * DOLLAR, monthly_cap_micros=400 * DOLLAR
    )
    after_commit: Place = ("market.payments.top_ups", "record_payment", "after")
    charging = points("charge_saved_card", "/v1/payment_intents", ("top_ups", "post"))
    for number, (what, fault, where, has_acted) in enumerate([*charging, ("after it", "", after_commit, True)], 1):
        spend(agent, available(agent))
        goes_wrong(twin, fault)
        dying.do("market.payments.automatic.top_up_automatically", where, agent_id=str(agent.id))
        assert len(twin.all("pi")) == 1 + number - (not has_acted), what
        if is_told:
            deliver(client, twin, copies=2)
            work_off()
        for _ in range(2):
            automatic.top_up_automatically(agent_id=agent.id, at=now())
        assert (available(agent), len(twin.all("pi")), Payment.objects.count()) == (
            25 * DOLLAR,
            1 + number,
            1 + number,
        ), what
    assert TopUp.objects.exclude(state="succeeded").count() == 0
    assert agrees()


def test_a_refund_whose_sender_is_killed_is_sent_once(agent: Account, client: Client, twin: Twin, dying: Dying) -> None:
    topped_up(client, twin, agent, 100)
    after_commit: Place = ("market.payments.refunds", "record_refund", "after")
    begun: Place = ("market.payments.refunds", "_begin", "after")
    sending = [
        ("once it is begun", "", begun, False),
        *points("make_refund", "/v1/refunds", ("refunds", "record_refund")),
        ("after it", "", after_commit, True),
    ]
    for number, (what, fault, where, has_acted) in enumerate(sending, 1):
        (refund,) = refunds.ask_refund(agent=agent, amount_micros=10 * DOLLAR, at=timezone.now())
        goes_wrong(twin, fault)
        dying.do("market.payments.refunds.send_refund", where, refund_id=str(refund.id))
        assert len(twin.all("re")) == number - (not has_acted), what
        late = now() + timedelta(hours=21 if number % 2 else 0)  # by its key, or looked up
        for _ in range(2):
            refunds.send_refund(refund_id=refund.id, at=late)
        deliver(client, twin, copies=2)
        work_off()
        assert (len(twin.all("re")), available(agent)) == (number, (100 - 10 * number) * DOLLAR), what
    assert set(Refund.objects.values_list("state", "is_outside")) == {("paid", False)}
    assert agrees()

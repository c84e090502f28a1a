"""A new agent's money by card seasons: small bounties at once, large ones when the payment is old enough.

Worked example: 300.00 paid in, of which 100.00 may be held or spent for three days. A bounty with a reward of 50.00
holds 55.00.
"""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from bounties import drafts, operations
from bounties.models import Bounty
from market.accounts.models import Account, Operator
from market.ids import encode, new_id
from market.ledger import invariants, queries, rules
from market.ledger.operations import post
from market.ledger.postings import Book
from market.payments import top_ups
from market.payments.models import Payment, TopUp
from market.payments.seasoning import StillSeasoning
from market.payments.stripe_words import Card, Charged, PaymentAsked, Transaction
from tests.integration.agents_api.counting import questions
from tests.integration.agents_api.test_first_steps import bearer, wish
from tests.integration.agents_api.test_results import key_of
from tests.integration.bounties.story import BEGIN, DOLLAR, Story, body
from tests.people import make_user

pytestmark = pytest.mark.django_db
LIVE = Book("live")
SEASONED_AT = BEGIN + timedelta(hours=72)
A_MOMENT = timedelta(microseconds=1)


def pay_in(agent: Account, dollars: int, *, at: Any) -> Payment:
    """What is recorded when Stripe has taken a payment."""
    name = new_id().hex
    top_up = TopUp.objects.create(
        agent=agent, mode="live", way="checkout", amount_micros=dollars * DOLLAR, surcharge_micros=0, asked_at=at
    )
    booked = Transaction(f"txn_{name}", "charge", dollars * 100, 0, dollars * 100, f"ch_{name}", at, at)
    charge = Charged(
        id=f"ch_{name}",
        amount_cents=dollars * 100,
        refunded_cents=0,
        is_disputed=False,
        receipt_url="",
        card=Card("visa", "4242"),
        transaction=booked,
    )
    asked = PaymentAsked(
        f"pi_{name}", "succeeded", dollars * 100, "", "", "", charge, {"deposit": encode("dep", top_up.id)}
    )
    payment = top_ups.record_payment(asked=asked, at=at)
    assert payment is not None
    return payment


def paid_agent(dollars: int = 300, *, at: Any = BEGIN) -> Account:
    agent = Account.objects.create(kind="agent", mode="live")
    pay_in(agent, dollars, at=at)
    return agent


def offer(agent: Account, *, at: Any = BEGIN, **changes: Any) -> Bounty:
    draft = drafts.read(body(at, **{"reward": "50.00", **changes}), at=at)
    return operations.post(buyer=agent, draft=draft, at=at)


def balance(agent: Account) -> tuple[int, int]:
    """Available and held, in dollars."""
    found = queries.agent_balance(LIVE, agent.id)
    return found.available_micros // DOLLAR, found.held_micros // DOLLAR


def test_small_bounties_go_at_once_and_their_sum_counts() -> None:
    agent = paid_agent()
    offer(agent)
    with pytest.raises(StillSeasoning) as refused:
        offer(agent)
    assert refused.value.retry_at == SEASONED_AT
    assert refused.value.facts == {"free_micros": 45 * DOLLAR, "asked_micros": 55 * DOLLAR}
    assert (balance(agent), Bounty.objects.count()) == ((245, 55), 1)
    offer(agent, reward="40.00")
    assert balance(agent) == (201, 99)
    assert invariants.faults() == []


@pytest.mark.parametrize(("at", "is_held"), [(SEASONED_AT - A_MOMENT, False), (SEASONED_AT, True)])
def test_a_large_bounty_is_held_from_the_moment_the_money_has_seasoned(at: Any, is_held: bool) -> None:
    agent = paid_agent()
    if is_held:
        offer(agent, reward="250.00", at=at)
    else:
        with pytest.raises(StillSeasoning):
            offer(agent, reward="250.00", at=at)
    assert balance(agent) == ((25, 275) if is_held else (300, 0))


def test_later_payments_wait_for_the_first_and_not_for_their_own_time() -> None:
    agent = paid_agent(50)
    pay_in(agent, 250, at=SEASONED_AT - A_MOMENT)
    with pytest.raises(StillSeasoning):
        offer(agent, reward="250.00", at=SEASONED_AT - A_MOMENT)
    offer(agent, reward="250.00", at=SEASONED_AT)


def test_what_came_back_may_be_held_again_and_what_was_refunded_no_longer_counts() -> None:
    agent = paid_agent()
    operations.cancel(buyer=agent, bounty_id=offer(agent, reward="90.00").id, at=BEGIN)
    offer(agent, reward="90.00")
    assert balance(agent) == (201, 99)
    payment = Payment.objects.get()
    payment.refunded_micros = 200 * DOLLAR
    payment.save(update_fields=["refunded_micros"])
    post([rules.refund(book=LIVE, agent_id=agent.id, refund_id=new_id(), amount_micros=200 * DOLLAR)], at=BEGIN)
    offer(agent, reward="0.50")
    assert invariants.faults() == []


def test_what_was_paid_on_a_chain_does_not_season() -> None:
    agent = paid_agent()
    post([rules.top_up_on_chain(book=LIVE, agent_id=agent.id, nonce="0x1", amount_micros=500 * DOLLAR)], at=BEGIN)
    offer(agent, reward="500.00")
    with pytest.raises(StillSeasoning):
        offer(agent)


def test_the_length_and_the_allowance_are_settings(settings: Settings) -> None:
    settings.SEASONING, settings.SEASONING_ALLOWANCE_MICROS = timedelta(hours=1), 20 * DOLLAR
    agent = paid_agent()
    with pytest.raises(StillSeasoning):
        offer(agent)
    offer(agent, at=BEGIN + timedelta(hours=1))


def test_a_bounty_allowed_meanwhile_waits_for_money_and_is_paid_for_later() -> None:
    agent = paid_agent()
    bounty = offer(agent, reward="250.00", title="Is anybody at home?")
    operator = Operator.objects.create(user=make_user())
    assert operations.allow(operator=operator, bounty_id=bounty.id, reason="A shop.", at=BEGIN).state == "unfunded"
    with pytest.raises(StillSeasoning):
        operations.fund(buyer=agent, bounty_id=bounty.id, at=BEGIN)
    assert balance(agent) == (300, 0)
    Bounty.objects.filter(pk=bounty.id).update(closes_at=SEASONED_AT + timedelta(days=1))
    assert operations.fund(buyer=agent, bounty_id=bounty.id, at=SEASONED_AT).state == "open"


# --- at the agents' door ----------------------------------------------------------------------------------------------


def send(client: Client, key: str, path: str, body: dict[str, Any]) -> Any:
    headers = bearer(key) | {"Idempotency-Key": str(new_id())}
    return client.post(f"/v1/{path}", body, content_type="application/json", headers=headers)


def test_posting_trying_and_asking_all_tell_the_same(client: Client) -> None:
    key = key_of(paid_agent(at=timezone.now()))
    dear = wish(reward="100.00")
    refused, tried = send(client, key, "bounties", dear), send(client, key, "bounties", dear | {"dry_run": True})
    for each in (refused, tried):
        assert (each.status_code, each.json()["code"]) == (402, "top_up_seasoning")
        assert each.json()["facts"] == {"free": "100.00", "asked": "110.00"}
        assert 0 < each.json()["retry_after"] <= 72 * 3600
    quote = send(client, key, "quotes", dear).json()
    assert quote["missing"] == "0.00"
    assert quote["next_action"] == {"do": "wait", "call": None, "until": quote["spendable_from"]}
    small = send(client, key, "quotes", wish()).json()
    assert (small["spendable_from"], small["next_action"]["do"]) == (None, "post")


def test_a_batch_is_refused_or_posted_as_far_as_it_goes(client: Client) -> None:
    agent = paid_agent(at=timezone.now())
    key, wishes = key_of(agent), [wish(reward=reward) for reward in ("50.00", "50.00", "40.00")]
    whole = send(client, key, "bounties/batch", {"strategy": "all_or_nothing", "bounties": wishes})
    assert (whole.status_code, whole.json()["code"], balance(agent)) == (402, "top_up_seasoning", (300, 0))
    answers = send(client, key, "bounties/batch", {"strategy": "best_effort", "bounties": wishes}).json()["data"]
    assert [each["status"] for each in answers] == [201, 402, 201]
    assert answers[1]["problem"]["facts"] == {"free": "45.00", "asked": "55.00"}
    assert answers[1]["problem"]["retry_after"] > 0
    assert balance(agent) == (201, 99)


@pytest.mark.parametrize("path", ["bounties", "quotes"])
def test_it_costs_one_question_in_live_mode_and_none_in_test_mode(client: Client, path: str) -> None:
    counted, about = [], []
    for agent in (Story(at=timezone.now()).buyer, paid_agent(at=timezone.now())):
        key = key_of(agent)
        client.get("/v1/balance", headers=bearer(key))
        with questions() as asked:
            assert send(client, key, path, wish()).status_code in (200, 201)
        counted.append(len(asked))
        about.append(sum("payments_payment" in each for each in asked))
    assert (counted[1] - counted[0], about) == (1, [0, 1])

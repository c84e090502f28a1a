"""A payment is contested at the bank: worked examples of who bears what, and that the books and Stripe agree."""

from datetime import timedelta

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from market.accounts.audit import CONSOLE
from market.accounts.authentication import KnownKeys, authenticate
from market.accounts.models import Account, Agent, Mode
from market.accounts.operations import issue_key
from market.events.models import Event
from market.ids import new_id
from market.ledger import invariants, queries, rules
from market.ledger.models import Entry
from market.ledger.operations import post
from market.ledger.policies import SlotPrice
from market.ledger.postings import AccountKind
from market.payments import automatic, debts, reconciling, refunds
from market.payments.models import ChargeDispute
from market.payments.stripe_words import Unclear
from tests.fakes.stripe_twin import Twin
from tests.integration.payments.stripe.paying import (
    DOLLAR,
    LIVE,
    asked,
    available,
    deliver,
    house,
    live_agent,
    page_of,
    spend,
    topped_up,
    work_off,
)
from tests.people import make_operator, make_scout

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(twin: Twin) -> Account:
    return live_agent()


def contested(client: Client, twin: Twin, payment: str, **how: object) -> str:
    made = twin.command("contest", id=payment, **how)
    deliver(client, twin, order="shuffled", copies=2, seed=5)
    work_off()
    work_off()  # what the work has asked for: letters
    return str(made["id"])


def decided(client: Client, twin: Twin, dispute: str, *, won: bool) -> None:
    twin.command("decide", id=dispute, won=won)
    deliver(client, twin, order="reversed", copies=2)
    work_off()


def scopes(agent: Account) -> set[str]:
    key = issue_key(account_id=agent.id, by=CONSOLE, at=timezone.now())
    caller = authenticate(text=key.text, address=None, at=timezone.now(), known=KnownKeys())
    return set(caller.scopes)


def is_whole(twin: Twin) -> bool:
    found = reconciling.reconcile(at=timezone.now())
    return (found.findings, found.drift_micros, found.unmatched, invariants.faults()) == ([], 0, 0, [])


def test_what_is_there_is_debited_and_the_rest_is_owed(agent: Account, client: Client, twin: Twin) -> None:
    payment = topped_up(client, twin, agent, 25)
    spend(agent, 5 * DOLLAR)
    contested(client, twin, payment)
    assert (available(agent), debts.owed(agent.id, "live")) == (0, 5 * DOLLAR)
    # The bank's fee of 15.00 and the processing of 1.03 are the house's.
    assert house(AccountKind.PROCESSING_FEE) == -16_030_000
    assert scopes(agent) == {"read"}
    assert is_whole(twin)


def test_found_for_us_it_is_all_as_before_but_for_the_fee(agent: Account, client: Client, twin: Twin) -> None:
    payment = topped_up(client, twin, agent, 25)
    spend(agent, 5 * DOLLAR)
    dispute = contested(client, twin, payment)
    decided(client, twin, dispute, won=True)
    assert (available(agent), debts.owed(agent.id, "live")) == (20 * DOLLAR, 0)
    assert Agent.objects.get(account=agent).frozen_at is None
    assert "post" in scopes(agent)
    assert is_whole(twin)
    kinds = list(Entry.objects.order_by("id").values_list("kind", flat=True))
    assert kinds == ["topup", "hold_added", "charge_contested", "charge_reinstated"]


def test_lost_it_stays_frozen_until_the_debt_is_paid(agent: Account, client: Client, twin: Twin) -> None:
    payment = topped_up(client, twin, agent, 25)
    spend(agent, 5 * DOLLAR)
    decided(client, twin, contested(client, twin, payment), won=False)
    assert scopes(agent) == {"read"}
    topped_up(client, twin, agent, 30)
    debts.sweep(at=timezone.now())
    assert (available(agent), debts.owed(agent.id, "live")) == (25 * DOLLAR, 0)
    assert "post" in scopes(agent)
    assert is_whole(twin)


def test_a_mere_inquiry_of_the_bank_freezes_nobody(agent: Account, client: Client, twin: Twin) -> None:
    payment = topped_up(client, twin, agent, 25)
    dispute = contested(client, twin, payment, warning=True)
    assert (available(agent), "post" in scopes(agent)) == (25 * DOLLAR, True)
    decided(client, twin, dispute, won=True)
    assert ChargeDispute.objects.get().decided_at is not None
    assert is_whole(twin)


def test_a_partly_contested_payment_takes_that_part(agent: Account, client: Client, twin: Twin) -> None:
    payment = topped_up(client, twin, agent, 100)
    contested(client, twin, payment, amount=4_000)
    assert (available(agent), debts.owed(agent.id, "live")) == (60 * DOLLAR, 0)
    assert is_whole(twin)


def test_what_no_webhook_told_of_is_found_by_reconciling(agent: Account, client: Client, twin: Twin) -> None:
    payment = topped_up(client, twin, agent, 100)
    refunds.ask_refund(agent=agent, amount_micros=40 * DOLLAR, at=timezone.now())
    work_off()
    other = topped_up(client, twin, agent, 25)
    twin.command("contest", id=other)
    twin.command("fail_refund", id=twin.all("re")[0]["id"])
    assert payment
    assert is_whole(twin)
    assert available(agent) == 100 * DOLLAR


def test_what_was_paid_back_before_is_not_taken_twice(
    agent: Account, client: Client, twin: Twin, settings: Settings
) -> None:
    """Of 26.06 with its processing 10.00 went back to the card: the bank takes 16.06, the agent's share is 15.00."""
    settings.PROCESSING_PAID_BY = "owner"
    payment = topped_up(client, twin, agent, 25)
    refunds.ask_refund(agent=agent, amount_micros=10 * DOLLAR, at=timezone.now())
    work_off()
    dispute = contested(client, twin, payment)
    kept = ChargeDispute.objects.get()
    assert (kept.amount_micros, kept.agent_micros, kept.house_micros) == (16_060_000, 15 * DOLLAR, 16_060_000)
    assert (available(agent), debts.owed(agent.id, "live")) == (0, 0)
    decided(client, twin, dispute, won=True)
    kept.refresh_from_db()
    assert (available(agent), kept.agent_micros, kept.house_micros) == (15 * DOLLAR, 0, 15 * DOLLAR)
    assert is_whole(twin)


def test_won_with_the_fee_given_back_nothing_has_happened(agent: Account, client: Client, twin: Twin) -> None:
    payment = topped_up(client, twin, agent, 25)
    dispute = contested(client, twin, payment)
    twin.command("decide", id=dispute, won=True, fee_back=True)
    deliver(client, twin)
    work_off()
    assert (available(agent), house(AccountKind.PROCESSING_FEE)) == (25 * DOLLAR, -1_030_000)
    assert ChargeDispute.objects.get().house_micros == 0
    assert is_whole(twin)


def test_told_before_the_payment_itself_it_takes_both(agent: Account, client: Client, twin: Twin) -> None:
    paid = twin.pay(page_of(asked(agent, 25)))
    twin.command("contest", id=paid["payment_intent"])
    deliver(client, twin, order="reversed")
    work_off()
    assert (available(agent), ChargeDispute.objects.get().agent_micros) == (0, 25 * DOLLAR)
    assert Agent.objects.get(account=agent).frozen_at is not None
    assert is_whole(twin)


def test_the_card_of_a_frozen_agent_is_not_charged_by_itself(agent: Account, client: Client, twin: Twin) -> None:
    payment = topped_up(client, twin, agent, 25, saves_card=True)
    automatic.switch_on(
        agent=agent, threshold_micros=10 * DOLLAR, amount_micros=25 * DOLLAR, monthly_cap_micros=100 * DOLLAR
    )
    contested(client, twin, payment)
    automatic.sweep()
    work_off()
    assert (available(agent), len(twin.all("pi"))) == (0, 1)


def test_the_agent_is_told_what_was_taken_and_what_it_owes(agent: Account, client: Client, twin: Twin) -> None:
    payment = topped_up(client, twin, agent, 25)
    spend(agent, 5 * DOLLAR)
    contested(client, twin, payment)
    event = Event.objects.get(account=agent, type="deposit.contested")
    assert (event.data["amount"], event.data["owed"]) == ("25.00", "5.00")


def test_a_refund_sent_back_of_whose_sending_nobody_had_heard_is_in_the_books_too(
    agent: Account, client: Client, twin: Twin
) -> None:
    topped_up(client, twin, agent, 100)
    (refund,) = refunds.ask_refund(agent=agent, amount_micros=40 * DOLLAR, at=timezone.now())
    twin.fault("POST /v1/refunds", "drop_after")
    with pytest.raises(Unclear):
        refunds.send_refund(refund_id=refund.id, at=timezone.now())
    twin.command("fail_refund", id=twin.all("re")[0]["id"])
    deliver(client, twin)
    work_off()
    refund.refresh_from_db()
    assert (refund.state, available(agent)) == ("failed", 100 * DOLLAR)
    made = reconciling.reconcile(at=timezone.now() + timedelta(days=1, hours=2))
    assert (made.findings, made.suspense_micros, made.unmatched) == ([], 0, 0)


def test_every_operator_is_told_once_by_when_to_answer(
    agent: Account, client: Client, twin: Twin, mailoutbox: list[EmailMessage]
) -> None:
    operators = {make_operator().user.email for _ in range(2)}
    payment = topped_up(client, twin, agent, 25)
    mailoutbox.clear()
    dispute = contested(client, twin, payment)
    assert sorted(each.to[0] for each in mailoutbox) == sorted(operators)
    until = ChargeDispute.objects.get().answer_by_at
    assert until is not None
    for letter in mailoutbox:
        assert letter.subject == "Sightline: a payment is contested"
        for words in (
            "25.00 for Bakery watcher",
            "taken 25.00",
            "fraudulent",
            f"until {until:%Y-%m-%d}",
            "/ops/charges",
        ):
            assert words in letter.body, words
    decided(client, twin, dispute, won=False)
    work_off()
    assert len(mailoutbox) == 2


def test_an_inquiry_is_told_of_and_told_of_again_when_the_bank_takes_the_money(
    agent: Account, client: Client, twin: Twin, mailoutbox: list[EmailMessage]
) -> None:
    make_operator()
    payment = topped_up(client, twin, agent, 25)
    mailoutbox.clear()
    dispute = contested(client, twin, payment, warning=True)
    twin.command("escalate", id=dispute)
    deliver(client, twin, copies=2)
    work_off()
    work_off()
    first, second = (each.body for each in mailoutbox)
    assert "It has taken nothing yet." in first
    assert "The bank has taken 25.00 back." in second
    assert (available(agent), scopes(agent)) == (0, {"read"})
    assert is_whole(twin)


@pytest.mark.parametrize("won", [True, False])
def test_a_scout_who_has_earned_keeps_the_pay_however_it_is_decided(
    agent: Account, client: Client, twin: Twin, won: bool
) -> None:
    """25.00 paid, of which 2.75 are held and then earned: 2.50 are the scout's, 0.25 ours."""
    payment = topped_up(client, twin, agent, 25)
    scout, bounty_id, submission_id = make_scout(Mode.LIVE).account, new_id(), new_id()
    price = SlotPrice(reward_micros=2_500_000, blocked_reward_micros=0)
    held = rules.hold(book=LIVE, agent_id=agent.id, bounty_id=bounty_id, slots=1, price=price)
    earned = rules.award(
        book=LIVE,
        agent_id=agent.id,
        bounty_id=bounty_id,
        slot_id=new_id(),
        submission_id=submission_id,
        scout_id=scout.id,
        price=price,
    )
    settled = rules.settle(book=LIVE, scout_id=scout.id, submission_id=submission_id, amount_micros=2_500_000)
    post([held, earned, settled], at=timezone.now())
    decided(client, twin, contested(client, twin, payment), won=won)
    assert queries.scout_balance(LIVE, scout.id).available_micros == 2_500_000
    assert (available(agent), debts.owed(agent.id, "live")) == ((22_250_000, 0) if won else (0, 2_750_000))
    assert is_whole(twin)


def test_what_was_paid_of_the_debt_meanwhile_comes_back_when_it_is_won(
    agent: Account, client: Client, twin: Twin
) -> None:
    """25.00 paid and 5.00 spent; contested it owes 5.00, which the next 30.00 pay; won it has all it ever had."""
    payment = topped_up(client, twin, agent, 25)
    spend(agent, 5 * DOLLAR)
    dispute = contested(client, twin, payment)
    topped_up(client, twin, agent, 30)
    debts.sweep(at=timezone.now())
    assert (available(agent), debts.owed(agent.id, "live"), scopes(agent)) == (25 * DOLLAR, 0, {"read"})
    decided(client, twin, dispute, won=True)
    assert (available(agent), "post" in scopes(agent)) == (50 * DOLLAR, True)
    assert is_whole(twin)

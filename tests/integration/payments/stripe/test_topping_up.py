"""From asking for money to having it: one payment is credited once, whatever becomes of the messages about it."""

import pytest
from django.test import Client
from django.utils import timezone

from market.errors import DomainError
from market.ledger import invariants
from market.ledger.models import Entry
from market.ledger.postings import AccountKind
from market.payments import top_ups
from market.payments.models import Payment, TopUp
from market.payments.stripe_words import Unclear
from tests.fakes.stripe_twin import Twin
from tests.integration.payments.stripe.paying import (
    DOLLAR,
    asked,
    at_stripe,
    available,
    deliver,
    house,
    live_agent,
    page_of,
    unapplied,
    work_off,
)

pytestmark = pytest.mark.django_db


def test_a_paid_checkout_is_the_agents_balance(client: Client, twin: Twin) -> None:
    agent = live_agent()
    top_up = asked(agent, 25)
    twin.pay(page_of(top_up))
    assert available(agent) == 0  # the browser coming back credits nothing
    assert set(deliver(client, twin)) == {200}
    work_off()
    assert available(agent) == 25 * DOLLAR
    # 2.9 % and 30 cents, which the house bears: what is left lies at Stripe.
    assert (house(AccountKind.STRIPE_CLEARING), house(AccountKind.PROCESSING_FEE)) == (-23_970_000, -1_030_000)
    assert at_stripe(twin) == 23_970_000
    assert TopUp.objects.get(pk=top_up.id).state == "succeeded"
    assert (unapplied(), invariants.faults()) == (0, [])


@pytest.mark.parametrize("order", ["straight", "reversed", "shuffled"])
def test_webhooks_doubled_in_any_order_and_again_later_credit_once(client: Client, twin: Twin, order: str) -> None:
    agent = live_agent()
    twin.pay(page_of(asked(agent, 100)))
    deliver(client, twin, order=order, copies=3, seed=7)
    work_off()
    deliver(client, twin, order=order, again=True)
    work_off()
    assert (available(agent), Payment.objects.count(), Entry.objects.count()) == (100 * DOLLAR, 1, 1)


def test_asking_for_the_page_again_is_the_same_page(twin: Twin) -> None:
    top_up = asked(live_agent())
    assert page_of(top_up) == page_of(top_up)
    assert len(twin.calls("POST /v1/checkout/sessions")) == 1


def test_a_reply_lost_after_stripe_acted_leads_to_the_same_page(twin: Twin) -> None:
    top_up = asked(live_agent())
    twin.fault("POST /v1/checkout/sessions", "drop_after")
    with pytest.raises(Unclear):
        page_of(top_up)
    page_of(top_up)
    assert len(twin.all("cs")) == 1
    keys = {each["key"] for each in twin.calls("POST /v1/checkout/sessions")}
    assert len(keys) == 1


def test_a_failure_that_stripe_keeps_under_its_key_closes_no_payment_page(twin: Twin) -> None:
    top_up = asked(live_agent())
    twin.fault("POST /v1/checkout/sessions", "fail")
    with pytest.raises(Unclear):
        page_of(top_up)
    assert page_of(top_up)
    keys = [each["key"] for each in twin.calls("POST /v1/checkout/sessions")]
    assert keys[-1] != keys[0]
    assert len(twin.all("cs")) == 1


def test_a_webhook_that_is_not_signed_right_is_not_believed(client: Client, twin: Twin) -> None:
    agent = live_agent()
    twin.pay(page_of(asked(agent)))
    for kind, body, signature in twin.webhooks():
        for path, text, signed in [
            (kind, body.replace("twin", "twim"), signature),
            (kind, body, signature[:-1] + ("0" if signature[-1] != "0" else "1")),
            (kind, body, ""),
            ("connect", body, signature),  # each address has its own secret
        ]:
            headers = {"Stripe-Signature": signed}
            answer = client.post(f"/stripe/webhooks/{path}", text, content_type="application/json", headers=headers)
            assert answer.status_code == 400
    work_off()
    assert available(agent) == 0


def test_less_than_the_minimum_and_dust_are_refused(twin: Twin) -> None:
    agent = live_agent()
    for micros, code in [
        (24_990_000, "top_up_out_of_bounds"),
        (25_000_001, "not_whole_cents"),
        (5_000_010_000, "top_up_out_of_bounds"),
    ]:
        with pytest.raises(DomainError) as refused:
            top_ups.ask_top_up(agent=agent, amount_micros=micros, at=timezone.now())
        assert refused.value.code == code
    assert TopUp.objects.count() == 0

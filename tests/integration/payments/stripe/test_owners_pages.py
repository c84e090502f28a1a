"""Real money as an owner sees it: a live agent, what it costs before the button, Stripe's page, and the receipt."""

import re

import pytest
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from market.accounts.audit import CONSOLE
from market.accounts.models import Agent
from market.accounts.operations import issue_key
from market.events.models import Event
from market.ids import encode
from market.payments.models import Payment, TopUp
from tests.fakes.stripe_twin import Twin
from tests.integration.agents_api.test_first_steps import bearer
from tests.integration.agents_api.test_money import deposit
from tests.integration.payments.stripe.paying import deliver, work_off
from tests.integration.web.people import come_in, signed_up

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(mailoutbox: list[EmailMessage]) -> Client:
    cache.clear()
    return come_in(signed_up("ada@example.org"), mailoutbox)


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def live(owner: Client) -> Agent:
    answer = owner.post("/owner/live", {"name": "Weather bot"})
    assert answer.status_code == 302, answer.content
    return Agent.objects.get(account__mode="live")


def test_an_owner_opens_a_live_agent_pays_and_has_a_receipt(owner: Client, twin: Twin) -> None:
    agent = live(owner)
    page = f"/owner/agents/{encode('agt', agent.account_id)}/top-up"
    told = text(owner, page)
    for words in ("1.03 USD", "3.20 USD", "We bear the processing", "From 25.00 to 5000.00 USD"):
        assert words in told
    to_pay = owner.post(page, {"amount": "25", "save_card": "on"}).headers["Location"]
    assert "Pay 25.00 USD by card" in text(owner, to_pay)
    assert f"form-action 'self' {twin.address};" in owner.get(to_pay).headers["Content-Security-Policy"] + ";"
    gone_to = owner.post(to_pay).headers["Location"]
    (top_up,) = TopUp.objects.all()
    assert gone_to == f"{twin.address}/pay/{top_up.session_id}"
    twin.pay(top_up.session_id)
    # The browser is back before any webhook: nothing is credited by that, and Stripe is asked.
    assert "We are asking our payment service" in text(owner, f"{to_pay}?back=1")
    assert Payment.objects.count() == 0
    work_off()
    assert "Paid. The money is there." in text(owner, f"{to_pay}?back=1")
    deliver(Client(), twin)
    work_off()
    (payment,) = Payment.objects.all()
    shown = owner.get(page).content.decode()
    pages = page.removesuffix("/top-up")
    assert payment.receipt_url in shown
    assert f'href="{pages}/pay-back"' in shown
    assert f'href="{pages}/automatic"' in shown
    assert "25.00 USD" in text(owner, f"/owner/agents/{encode('agt', agent.account_id)}")


def test_where_owners_bear_the_processing_it_is_on_top(owner: Client, twin: Twin, settings: Settings) -> None:
    settings.PROCESSING_PAID_BY = "owner"
    agent = live(owner)
    page = f"/owner/agents/{encode('agt', agent.account_id)}/top-up"
    to_pay = owner.post(page, {"amount": "25"}).headers["Location"]
    assert "Pay 26.06 USD by card" in text(owner, to_pay)
    owner.post(to_pay)
    twin.pay(TopUp.objects.get().session_id)
    work_off_webhooks(twin)
    payment = Payment.objects.get()
    assert (payment.amount_micros, payment.paid_micros, payment.fee_micros) == (25_000_000, 26_060_000, 1_060_000)


def work_off_webhooks(twin: Twin) -> None:
    deliver(Client(), twin)
    work_off()


def test_without_a_key_every_place_says_that_live_mode_is_closed(owner: Client) -> None:
    closed = "This exchange takes no real money yet"
    assert closed in text(owner, "/owner/live")
    assert owner.post("/owner/live", {"name": "Weather bot"}).status_code == 200
    assert not Agent.objects.exists()
    assert owner.post("/stripe/webhooks/platform", b"{}", content_type="application/json").status_code == 404


def test_an_agent_asks_for_a_deposit_and_hears_that_it_is_paid(owner: Client, twin: Twin) -> None:
    agent = live(owner)
    key = issue_key(account_id=agent.account_id, by=CONSOLE, at=timezone.now()).text
    refused = deposit(owner, key, {"amount": "24.99"})
    assert (refused.status_code, refused.json()["code"]) == (422, "top_up_out_of_bounds")
    made = deposit(owner, key, {"amount": "100.00"}).json()
    assert made["status"] == "awaiting_payment"
    assert made["next_action"]["do"] == "pay_at_checkout_url"
    path = made["checkout_url"].partition("/pay/")[1:]
    owner.post("".join(path))
    assert not twin.calls("POST /v1/payment_intents")
    twin.pay(TopUp.objects.get().session_id)
    work_off_webhooks(twin)
    now = owner.get(f"/v1/deposits/{made['id']}", headers=bearer(key)).json()
    assert (now["status"], now["checkout_url"]) == ("succeeded", None)
    told = Event.objects.filter(account_id=agent.account_id).values_list("type", "data")
    assert list(told) == [("deposit.succeeded", {"deposit": made["id"], "amount": "100.00"})]
    (entry,) = owner.get("/v1/ledger", headers=bearer(key)).json()["data"]
    assert (entry["kind"], entry["deposit"], entry["available"]) == ("topup", made["id"], "100.00")


def test_nobody_elses_deposit_is_there(owner: Client, twin: Twin, mailoutbox: list[EmailMessage]) -> None:
    agent = live(owner)
    to_pay = owner.post(f"/owner/agents/{encode('agt', agent.account_id)}/top-up", {"amount": "25"}).headers["Location"]
    other = come_in(signed_up("bob@example.org"), mailoutbox)
    assert (other.get(to_pay).status_code, other.post(to_pay).status_code) == (404, 404)
    assert Client().get(to_pay).status_code == 302
    assert not twin.calls("POST")


def test_a_payment_service_that_does_not_answer_is_told_and_charges_nobody(owner: Client, twin: Twin) -> None:
    agent = live(owner)
    to_pay = owner.post(f"/owner/agents/{encode('agt', agent.account_id)}/top-up", {"amount": "25"}).headers["Location"]
    for fault in ("away", "limit", "drop", "fail_after"):
        twin.fault("POST /v1/checkout/sessions", fault)
        assert "does not answer at the moment" in owner.post(to_pay).content.decode()
        twin.command("forget_keys")
    assert owner.post(to_pay).status_code == 302

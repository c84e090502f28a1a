"""Where Stripe's webhooks arrive: three addresses with a secret each; kept first, and applied later."""

import json
import time

import pytest
import stripe
from django.test import Client
from pytest_django import Settings

from market.payments import inbox
from market.payments.models import StripeEvent
from market.work.models import Work
from tests.fakes.stripe_twin import SECRETS, Twin
from tests.integration.payments.stripe.paying import asked, available, live_agent, page_of, work_off
from tests.integration.payments.stripe.paying_out import connecting_scout

pytestmark = pytest.mark.django_db


def send(client: Client, to: str, body: str, *, secret: str, at: float | None = None) -> int:
    moment = int(time.time() if at is None else at)
    signature = stripe.WebhookSignature.generate_signature_header(body, secret, timestamp=moment)
    headers = {"Stripe-Signature": signature}
    return client.post(f"/stripe/webhooks/{to}", body, content_type="application/json", headers=headers).status_code


def one_of_each(twin: Twin) -> dict[str, str]:
    """A body for each address."""
    twin.pay(page_of(asked(live_agent())))
    account = connecting_scout()
    twin.command("change_account", id=account.stripe_id, status="active")
    twin.command("deauthorize", id=account.stripe_id)
    return {kind: body for kind, body, _ in twin.webhooks()}


def test_each_address_believes_its_own_secret_alone(client: Client, twin: Twin) -> None:
    bodies = one_of_each(twin)
    assert set(bodies) == set(SECRETS) == {"platform", "connect", "thin"}
    for to, body in bodies.items():
        answers = {kind: send(client, to, body, secret=secret) for kind, secret in SECRETS.items()}
        assert answers == {kind: 200 if kind == to else 400 for kind in SECRETS}, to
    assert sorted(StripeEvent.objects.values_list("source", flat=True)) == ["connect", "platform", "thin"]


def test_it_is_the_body_as_it_came_that_is_signed(client: Client, twin: Twin) -> None:
    """The same values, written in another way, were not signed."""
    body = one_of_each(twin)["platform"]
    signature = stripe.WebhookSignature.generate_signature_header(body, SECRETS["platform"])
    other = json.dumps(json.loads(body), separators=(",", ":"))
    headers = {"Stripe-Signature": signature}
    answer = client.post("/stripe/webhooks/platform", other, content_type="application/json", headers=headers)
    assert (answer.status_code, StripeEvent.objects.count()) == (400, 0)


def test_what_was_signed_long_ago_is_not_believed(client: Client, twin: Twin) -> None:
    body = one_of_each(twin)["platform"]
    assert send(client, "platform", body, secret=SECRETS["platform"], at=time.time() - 3_600) == 400
    assert StripeEvent.objects.count() == 0


def test_an_address_without_a_secret_is_not_there(client: Client, twin: Twin, settings: Settings) -> None:
    body = one_of_each(twin)["thin"]
    settings.STRIPE_SECRETS = {**SECRETS, "thin": ""}
    assert send(client, "thin", body, secret="") == 404
    assert send(client, "elsewhere", body, secret=SECRETS["thin"]) == 404


def test_it_is_kept_and_answered_and_applied_by_work(client: Client, twin: Twin) -> None:
    agent = live_agent()
    twin.pay(page_of(asked(agent)))
    (body,) = [each for _, each, _ in twin.webhooks() if '"payment_intent.succeeded"' in each]
    asked_before = len(twin.calls())
    assert [send(client, "platform", body, secret=SECRETS["platform"]) for _ in range(2)] == [200, 200]
    event = StripeEvent.objects.get()
    assert (event.applied_at, available(agent), len(twin.calls())) == (None, 0, asked_before)
    assert Work.objects.filter(kind=inbox.APPLY, subject=event.id).count() == 1
    work_off()
    event.refresh_from_db()
    assert (event.applied_at is not None, available(agent)) == (True, 25_000_000)

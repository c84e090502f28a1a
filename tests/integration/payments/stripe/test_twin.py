"""The twin is as strict as what it stands for: what Stripe refuses it refuses, and it keeps keys as Stripe does."""

from typing import Any

import pytest
import stripe

from tests.fakes import stripe_twin
from tests.fakes.stripe_twin import Twin


@pytest.fixture
def client(running_twin: Twin) -> stripe.StripeClient:
    running_twin.forget()
    http = stripe.RequestsClient(timeout=20)
    return stripe.StripeClient(stripe_twin.API_KEY, base_addresses={"api": running_twin.address}, http_client=http)


def account(client: stripe.StripeClient, twin: Twin) -> str:
    made = client.v2.core.accounts.create(
        {
            "contact_email": "ben@example.org",
            "configuration": {
                "recipient": {"capabilities": {"stripe_balance": {"stripe_transfers": {"requested": True}}}}
            },
            "identity": {"country": "us"},
        }
    )
    twin.command("change_account", id=made.id, status="active")
    twin.command("fund", amount=10_000)
    return made.id


def send(client: stripe.StripeClient, to: str, *, key: str, **changes: Any) -> stripe.Transfer:
    params: Any = {"amount": 500, "currency": "usd", "destination": to, **changes}
    return client.v1.transfers.create(params, {"idempotency_key": key})


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"amounts": 5}, "amounts"),
        ({"metadata": {"a": {"b": "c"}}}, "metadata"),
        ({"amount": "five"}, "amount"),
        ({"currency": ["usd"]}, "currency"),
    ],
)
def test_what_the_sdks_types_do_not_have_is_refused(
    client: stripe.StripeClient, running_twin: Twin, changes: dict[str, Any], param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        send(client, account(client, running_twin), key="a", **changes)
    assert refused.value.param == param
    assert running_twin.all("tr") == []


def test_what_the_sdks_types_need_is_asked_for(client: stripe.StripeClient) -> None:
    incomplete: Any = {"amount": 5, "currency": "usd"}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.transfers.create(incomplete)
    assert (refused.value.param, refused.value.code) == ("destination", "parameter_missing")
    misspelt: Any = {"configuration": {"recipients": {}}}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v2.core.accounts.create(misspelt)
    assert refused.value.code == "parameter_unknown"


def test_a_key_repeats_its_answer_and_takes_no_other_body(client: stripe.StripeClient, running_twin: Twin) -> None:
    to = account(client, running_twin)
    assert send(client, to, key="a").id == send(client, to, key="a").id
    with pytest.raises(stripe.IdempotencyError):
        send(client, to, key="a", amount=501)
    assert len(running_twin.all("tr")) == 1
    running_twin.advance(86_400)
    assert len({send(client, to, key="a").id, *[each["id"] for each in running_twin.all("tr")]}) == 2


@pytest.mark.parametrize(("fault", "kept"), [("fail", True), ("fail_after", True), ("away", False), ("limit", False)])
def test_failures_are_kept_as_stripe_keeps_them(
    client: stripe.StripeClient, running_twin: Twin, fault: str, kept: bool
) -> None:
    to = account(client, running_twin)
    running_twin.fault("POST /v1/transfers", fault)
    with pytest.raises(stripe.StripeError):
        send(client, to, key="a")
    if kept:
        with pytest.raises(stripe.APIError):
            send(client, to, key="a")
    else:
        send(client, to, key="a")
    assert len(running_twin.all("tr")) == (0 if fault == "fail" else 1)


def test_a_refusal_that_came_of_executing_is_kept_too(client: stripe.StripeClient, running_twin: Twin) -> None:
    to = account(client, running_twin)
    for _ in range(2):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            send(client, to, key="a", amount=10_001)
        assert refused.value.code == "balance_insufficient"
        running_twin.command("fund", amount=10_000)
    assert send(client, to, key="b", amount=10_001).amount == 10_001


def test_another_key_is_not_let_in(running_twin: Twin) -> None:
    other = stripe.StripeClient("sk_test_other", base_addresses={"api": running_twin.address})
    with pytest.raises(stripe.AuthenticationError):
        other.v1.balance.retrieve()


def test_thin_events_come_in_pages_whose_addresses_only_the_twin_makes(
    client: stripe.StripeClient, running_twin: Twin
) -> None:
    scout = account(client, running_twin)
    for _ in range(24):
        running_twin.command("change_account", id=scout, status="active")
    first = client.v2.core.events.list({"limit": 10})
    assert (len(first.data), first.next_page_url is not None) == (10, True)
    running_twin.command("change_account", id=scout, status="active")  # between two pages: none is told of twice
    ids = [each.id for each in first.auto_paging_iter()]
    thin = [each["id"] for each in running_twin.command("events") if each["object"] == "v2.core.event"]
    assert ids == thin[-2::-1]
    refused: list[Any] = [{"page": "page_twin99999999"}, {"limit": 101}, {"limit": 0}]
    for wrong in refused:
        with pytest.raises(stripe.StripeError):
            client.v2.core.events.list(wrong)

"""A scout connects an account at Stripe on the page of earnings, and sees what Stripe says of it."""

import pytest
from django.test import Client

from market.accounts.models import Mode, Scout
from market.payments.models import PayoutAccount
from tests.fakes.stripe_twin import Twin
from tests.integration.payments.stripe.paying_out import earn
from tests.integration.web.conftest import phone
from tests.people import make_scout

pytestmark = pytest.mark.django_db


@pytest.fixture
def live() -> Scout:
    return make_scout(Mode.LIVE)


def test_a_scout_goes_to_stripe_and_comes_back_able_to_be_paid(twin: Twin, live: Scout) -> None:
    client = phone(live.account, here=False)
    earn(live.account, 20)
    page = client.get("/earnings").content.decode()
    assert "Connect with Stripe" in page
    assert "Pay it out" not in page
    away = client.post("/earnings/connect", {"country": "DE"})
    assert away.headers["Location"].startswith(f"{twin.address}/onboard/")
    page = client.get("/earnings").content.decode()
    assert "The bank account that is to be paid" in page
    assert "At the latest" in page
    account = PayoutAccount.objects.get()
    twin.command("change_account", id=account.stripe_id, status="active")
    assert client.get("/earnings/connected").headers["Location"] == "/earnings"
    page = client.get("/earnings").content.decode()
    assert "Your account at Stripe is connected." in page
    assert "Pay it out" in page
    assert client.post("/earnings/payout").headers["Location"] == "/earnings"


def test_a_page_of_stripe_that_was_used_up_leads_to_the_next(twin: Twin, live: Scout) -> None:
    client = phone(live.account, here=False)
    first = client.post("/earnings/connect", {"country": "US"}).headers["Location"]
    assert client.get("/earnings/connect/again").headers["Location"] != first


def test_when_stripe_does_not_answer_that_is_said(twin: Twin, live: Scout) -> None:
    client = phone(live.account, here=False)
    twin.fault("POST /v2/core/accounts", "away")
    assert client.post("/earnings/connect", {"country": "US"}).headers["Location"] == "/earnings"
    assert "Stripe does not answer just now" in client.get("/earnings").content.decode()


def test_a_schedule_is_chosen(twin: Twin, live: Scout) -> None:
    client = phone(live.account, here=False)
    client.post("/earnings/connect", {"country": "US"})
    client.post("/earnings/schedule", {"schedule": "by_amount"})
    client.post("/earnings/schedule", {"schedule": "whenever"})
    assert PayoutAccount.objects.get().schedule == "by_amount"
    assert 'value="by_amount" selected' in client.get("/earnings").content.decode()


@pytest.mark.parametrize("country", ["", "Germany"])
def test_what_is_no_country_is_refused(client: Client, twin: Twin, live: Scout, country: str) -> None:
    answer = phone(live.account, here=False).post("/earnings/connect", {"country": country})
    assert answer.status_code == 400

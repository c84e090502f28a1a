"""The operators' page of money: what the last comparisons found, what stands in suspense, and letting payouts go on."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.test import Client

from market.accounts import operations
from market.accounts.audit import CONSOLE
from market.accounts.models import Audit
from market.ledger import queries
from market.payments import reconciling, stopping
from tests.fakes.stripe_twin import Twin
from tests.integration.conftest import running_twin, twin  # noqa: F401 - fixtures
from tests.integration.payments.stripe.paying_out import now
from tests.integration.web.people import come_in, signed_up
from tests.people import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(mailoutbox: list[EmailMessage]) -> Client:
    cache.clear()  # how often somebody has signed in
    user = signed_up("olga@example.org")
    operations.appoint_operator(user=user, by=CONSOLE, reason="a test", at=now())
    return come_in(user, mailoutbox)


def test_it_is_for_operators(desk: Client) -> None:
    stranger = Client()
    stranger.force_login(make_user())
    assert (desk.get("/ops/money").status_code, stranger.get("/ops/money").status_code) == (200, 403)
    assert "Nothing has been compared yet." in desk.get("/ops/money").content.decode()


def test_money_that_nobody_understands_is_explained_and_payouts_go_on(desk: Client, twin: Twin) -> None:  # noqa: F811
    twin.command("fund", amount=10_000)
    twin.command("move", kind="adjustment", amount=-700, source="xx_1")
    reconciling.reconcile(at=now() + timedelta(days=2))
    page = desk.get("/ops/money").content.decode()
    assert "Held back: the books and Stripe do not agree." in page
    assert "is in suspense since" in page
    (row,) = reconciling.in_suspense()
    refused = desk.post("/ops/money", {"transaction": row.id, "to": "agent_available", "reason": "A fine."})
    assert (refused.status_code, len(reconciling.in_suspense())) == (200, 1)
    desk.post("/ops/money", {"transaction": row.id, "to": "dispute_loss", "reason": "A fine of the card network."})
    assert (reconciling.in_suspense(), queries.balance(reconciling.SUSPENSE)) == ([], 0)
    assert desk.post("/ops/money", {"reason": ""}).status_code == 200
    assert stopping.is_stopped("live")
    desk.post("/ops/money", {"reason": "It was the fine."})
    assert not stopping.is_stopped("live")
    reasons = set(Audit.objects.filter(action__in=["payouts_resumed", "suspense_explained"]).values_list("reason"))
    assert reasons == {("It was the fine.",), ("A fine of the card network.",)}
    reconciling.reconcile(at=now() + timedelta(days=2))
    assert "They agree." in desk.get("/ops/money").content.decode()

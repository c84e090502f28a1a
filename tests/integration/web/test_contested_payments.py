"""Contested payments as operators and owners see them: state, deadline, who bears what, and what is frozen."""

import re

import pytest
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.test import Client

from market.accounts import operations
from market.accounts.audit import CONSOLE
from market.accounts.models import Account
from market.ids import encode
from tests.fakes.stripe_twin import Twin
from tests.integration.conftest import running_twin, twin  # noqa: F401 - fixtures
from tests.integration.payments.stripe.paying import DOLLAR, deliver, live_agent, spend, topped_up, work_off
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


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def contested(twin: Twin) -> tuple[Account, str]:  # noqa: F811
    """25.00 paid, 5.00 of it set aside for a bounty, all of it contested."""
    agent = live_agent()
    payment = topped_up(Client(), twin, agent, 25)
    spend(agent, 5 * DOLLAR)
    made = twin.command("contest", id=payment)
    deliver(Client(), twin)
    work_off()
    return agent, str(made["id"])


def owners_page(agent: Account) -> str:
    client, owner = Client(), agent.agent.owner
    assert owner is not None
    client.force_login(owner)
    return text(client, f"/owner/agents/{encode('agt', agent.id)}")


def test_it_is_for_operators(desk: Client) -> None:
    stranger = Client()
    stranger.force_login(make_user())
    assert stranger.get("/ops/charges").status_code == 403
    assert "Nobody contests a payment." in text(desk, "/ops/charges")


def test_operators_see_what_is_contested_until_when_and_who_bears_it(desk: Client, twin: Twin) -> None:  # noqa: F811
    agent, dispute = contested(twin)
    told = text(desk, "/ops/charges")
    for words in ("waits for an answer", "fraudulent", " left", agent.agent.name, encode("agt", agent.id), dispute):
        assert words in told, words
    # Contested, what the agent bears, what we bear: the bank's fee; then owed, available, set aside.
    assert "$25.00 $25.00 $15.00" in told
    assert "$5.00 $0.00 $5.00" in told
    assert "Contested payments 1" in text(desk, "/ops/")
    assert f"dashboard.stripe.com/test/payments/{twin.all('pi')[0]['id']}" in desk.get("/ops/charges").content.decode()


@pytest.mark.parametrize(
    ("won", "word", "sums"),
    [(True, "decided for us", "$25.00 $0.00 $15.00"), (False, "decided for the card's holder", "$25.00 $25.00 $15.00")],
)
def test_what_is_decided_stays_to_be_read(
    desk: Client,
    twin: Twin,  # noqa: F811
    won: bool,
    word: str,
    sums: str,
) -> None:
    _, dispute = contested(twin)
    twin.command("decide", id=dispute, won=won)
    deliver(Client(), twin)
    work_off()
    told = text(desk, "/ops/charges").replace("&#x27;", "'")
    assert "Nobody contests a payment." in told
    assert (word in told, sums in told) == (True, True)
    assert ("No agent is frozen." in told) == won


def test_its_owner_reads_why_it_is_frozen_and_what_it_owes(twin: Twin) -> None:  # noqa: F811
    agent, dispute = contested(twin)
    told = owners_page(agent)
    for words in ("Its keys may only read", "It owes 5.00 USD", "waits for an answer", "We answer the bank by"):
        assert words in told, words
    twin.command("decide", id=dispute, won=True)
    deliver(Client(), twin)
    work_off()
    told = owners_page(agent)
    assert "decided for us" in told
    assert "Its keys may only read" not in told
    assert "It owes" not in told


def test_of_an_agent_without_trouble_nothing_is_said(twin: Twin) -> None:  # noqa: F811
    agent = live_agent()
    assert "Contested" not in owners_page(agent)

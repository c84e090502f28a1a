"""Owners' pages: what they show, what they change, and that nobody else's agent is there at all."""

import re
from copy import copy
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone

from bounties.models import Bounty
from market.accounts import operations
from market.accounts.authentication import authenticate
from market.accounts.models import Agent, ApiKey, Audit
from market.ids import encode, new_id
from market.ledger.postings import Book
from market.ledger.queries import agent_balance
from tests.integration.agents_api.test_first_steps import bearer, post, sign_up, wish
from tests.integration.web.people import come_in, signed_up

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _uncounted() -> None:
    cache.clear()


@pytest.fixture
def owner(mailoutbox: list[EmailMessage]) -> Client:
    return come_in(signed_up("ada@example.org"), mailoutbox)


@pytest.fixture
def new(owner: Client) -> dict[str, Any]:
    """An agent that signed itself up and was claimed at its link."""
    signed = sign_up(Client())
    claimed = owner.post(signed["claim_url"])
    assert claimed.headers["Location"] == page(signed)
    return signed


@pytest.mark.django_db
def test_a_stranger_who_signs_in_at_the_claim_page_comes_back_to_it() -> None:
    path = urlsplit(sign_up(Client())["claim_url"]).path
    shown = Client().get(path, headers={"Accept": "text/html"}).content.decode()
    ways_in = re.findall(r'href="(/accounts/login/[^"]*)"', shown)
    assert len(ways_in) == 2  # in the header, and below the offer
    assert set(ways_in) == {f"/accounts/login/?next={path}"}


def page(new: dict[str, Any], more: str = "") -> str:
    return f"/owner/agents/{new['agent']['id']}{more}"


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def key_page(new: dict[str, Any], more: str = "") -> str:
    (key,) = ApiKey.objects.filter(revoked_at__isnull=True)
    return page(new, f"/keys/{encode('key', key.id)}{more}")


def test_an_owner_sees_what_an_agent_has_and_did(owner: Client, new: dict[str, Any]) -> None:
    bounty = post(Client(), new["key"], wish()).json()
    assert "Weather bot" in text(owner, "/owner/")
    shown = text(owner, page(new))
    for told in ("997.25 USD", "2.75 USD", bounty["id"], "Is the bakery open?", "Set aside for a bounty", "Play money"):
        assert told in shown
    assert "Spent today 2.75 USD Spent this month 2.75 USD" in shown
    assert "\N{MINUS SIGN}2.75" in text(owner, page(new, "/ledger"))


def test_all_that_an_agent_asked_for_is_leafed_through(owner: Client, new: dict[str, Any]) -> None:
    post(Client(), new["key"], wish())
    bounty = Bounty.objects.get()
    copies = []
    for number, bounty.pk in enumerate(sorted(new_id() for _ in range(52))):
        bounty.title = f"No. {number}."
        copies.append(copy(bounty))
    Bounty.objects.bulk_create(copies)
    assert "All bounties" in text(owner, page(new))
    newest = owner.get(page(new, "/bounties")).content.decode()
    (older,) = re.findall(r"\?before=bnt_\w+", newest)
    assert "No. 51." in newest
    assert "No. 2." in newest
    assert "No. 1." not in newest
    assert "2.50 USD for one answer" in newest
    rest = text(owner, page(new, f"/bounties{older}"))
    assert re.findall(r"No\. \d+\.|Is the bakery open\?", rest) == ["No. 1.", "No. 0.", "Is the bakery open?"]
    assert "To the newest" in rest


@pytest.mark.parametrize("cursor", ["nonsense", "agt_01m8jy4tpaesq9r2e8ke4g605z"])
def test_the_cursor_of_the_bounties_is_checked(owner: Client, new: dict[str, Any], cursor: str) -> None:
    assert owner.get(page(new, f"/bounties?before={cursor}")).status_code == 404


def test_a_top_up_in_test_mode_is_there_at_once(owner: Client, new: dict[str, Any]) -> None:
    assert owner.post(page(new, "/top-up"), {"amount": "25,00"}).status_code == 302
    agent = Agent.objects.get()
    assert agent_balance(Book.of("test"), agent.account_id).available_micros == 1_025_000_000


@pytest.mark.parametrize("amount", ["", "much", "-5", "0", "1000000", "2.505"])
def test_an_amount_that_is_none_is_answered_on_the_page(owner: Client, new: dict[str, Any], amount: str) -> None:
    answer = owner.post(page(new, "/top-up"), {"amount": amount})
    assert answer.status_code == 200
    assert b"errorlist" in answer.content
    assert agent_balance(Book.of("test"), Agent.objects.get().account_id).available_micros == 1_000_000_000


def test_a_key_is_shown_once_and_may_do_what_was_ticked(owner: Client, new: dict[str, Any]) -> None:
    made = owner.post(
        page(new, "/keys"),
        {"label": "Cron", "scopes": ["read"], "per_day": "5", "networks": "203.0.113.0/24, 127.0.0.1"},
    )
    (key_text,) = re.findall(r"sl_test_[A-Za-z0-9_]+", made.content.decode())
    assert "no-store" in made.headers["Cache-Control"]
    assert key_text not in text(owner, page(new))
    caller = authenticate(text=key_text, address="203.0.113.9", at=timezone.now())
    assert (caller.scopes, caller.per_day_micros) == (frozenset({"read"}), 5_000_000)
    assert "At most 5.00 USD a day; 0.00 USD of it used." in text(owner, page(new))
    assert Audit.objects.filter(action=Audit.Action.KEY_ISSUED, by="user").exists()


@pytest.mark.parametrize(
    "wrong", [{"scopes": []}, {"scopes": ["all"]}, {"per_day": "x"}, {"networks": "home"}, {"label": "a\x00b"}]
)
def test_a_key_that_cannot_be_is_answered_on_the_page(
    owner: Client, new: dict[str, Any], wrong: dict[str, Any]
) -> None:
    made = owner.post(page(new, "/keys"), {"scopes": ["read"]} | wrong)
    assert made.status_code == 200
    assert b"errorlist" in made.content
    assert ApiKey.objects.count() == 1


def test_caps_hold_at_once(owner: Client, new: dict[str, Any]) -> None:
    assert owner.post(key_page(new), {"per_call": "9.00", "per_day": "2.00", "per_month": ""}).status_code == 302
    refused = post(Client(), new["key"], wish())
    assert (refused.status_code, refused.json()["code"]) == (402, "spending_limit_reached")
    assert 'value="2.00"' in owner.get(key_page(new)).content.decode()
    # In the words in which they are asked for.
    assert all(f"At most {cap}, in USD" in text(owner, key_page(new)) for cap in ("a call", "a day", "a month"))
    assert "At most 9.00 USD a call." in text(owner, page(new))


def test_an_ended_key_opens_nothing(owner: Client, new: dict[str, Any]) -> None:
    assert owner.post(key_page(new, "/revoke")).status_code == 302
    assert Client().get("/v1/balance", headers=bearer(new["key"])).status_code == 401
    assert "Ended on" in text(owner, page(new))


def test_nobody_elses_agent_is_there(new: dict[str, Any], mailoutbox: list[EmailMessage]) -> None:
    paths = [
        page(new),
        page(new, "/ledger"),
        page(new, "/bounties"),
        page(new, "/top-up"),
        page(new, "/keys"),
        key_page(new),
        key_page(new, "/revoke"),
    ]
    other = come_in(signed_up("eve@example.org"), mailoutbox)
    for path in paths:
        assert other.post(path, {"amount": "5", "scopes": ["read"]}).status_code in {404, 405}, path
        assert other.get(path).status_code in {404, 405}, path
        assert Client().get(path).status_code in {302, 405}, path
    assert "Weather bot" not in text(other, "/owner/")
    assert ApiKey.objects.filter(revoked_at__isnull=True).count() == 1


def test_a_key_of_another_agent_is_not_reached_through_ones_own(owner: Client, new: dict[str, Any]) -> None:
    other = operations.create_agent(name="Another", at=timezone.now())
    path = page(new, f"/keys/{encode('key', other.key.id)}")
    assert owner.get(path).status_code == 404
    assert owner.post(f"{path}/revoke").status_code == 404


@pytest.mark.parametrize("odd", ["/owner/agents/agt_nothing", "/owner/agents/x", "/owner/agents/%00"])
def test_an_odd_id_is_not_found(owner: Client, odd: str) -> None:
    assert owner.get(odd).status_code == 404


def test_the_cursor_of_the_ledger_is_checked(owner: Client, new: dict[str, Any]) -> None:
    assert owner.get(page(new, "/ledger?before=nonsense")).status_code == 404

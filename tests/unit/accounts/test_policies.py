"""The pure rules: names, contacts, scopes, caps, networks, clocks."""

from datetime import timedelta
from ipaddress import ip_network

import pytest

from market.accounts import policies
from market.errors import DomainError


@pytest.mark.parametrize(("given", "kept"), [("Ada", "Ada"), (" Ada \n Bot ", "Ada Bot"), ("日本", "日本")])
def test_a_name_is_kept_tidy(given: str, kept: str) -> None:
    assert policies.check_name(given) == kept


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "nul\0", "turn\u202earound", "zero\u200bwidth"])
def test_a_name_that_shows_as_something_else_is_refused(name: str) -> None:
    with pytest.raises(policies.InvalidName) as refusal:
        policies.check_name(name)
    assert refusal.value.param == "/name"


def test_a_contact_may_be_absent() -> None:
    assert policies.check_contact("") == ""


@pytest.mark.parametrize("contact", ["x" * 201, "a@b\r\nBcc: c@d"])
def test_a_contact_that_cannot_be_kept_is_refused(contact: str) -> None:
    with pytest.raises(policies.InvalidContact):
        policies.check_contact(contact)


def test_scopes_are_kept_once_and_in_order() -> None:
    assert policies.check_scopes(["post", "read", "post"], known=("read", "post", "money")) == ["read", "post"]


@pytest.mark.parametrize("scopes", [[], ["read", "all"], ["READ"]])
def test_scopes_that_do_not_exist_are_refused(scopes: list[str]) -> None:
    with pytest.raises(policies.InvalidScopes):
        policies.check_scopes(scopes, known=("read", "post"))


def test_a_missing_scope_is_named() -> None:
    policies.check_scope({"read"}, "read")
    with pytest.raises(policies.MissingScope, match="money") as refusal:
        policies.check_scope({"read"}, "money")
    assert refusal.value.facts == {"scope": "money"}


def test_what_a_frozen_agents_key_has_and_may_not_use_is_told_apart_from_what_it_lacks() -> None:
    policies.check_scope({"read"}, "read", withheld={"post"})
    with pytest.raises(policies.AgentFrozen):
        policies.check_scope({"read"}, "post", withheld={"post"})
    with pytest.raises(policies.MissingScope):
        policies.check_scope({"read"}, "money", withheld={"post"})


@pytest.mark.parametrize(
    ("networks", "address", "allowed"),
    [
        ([], None, True),
        ([], "203.0.113.9", True),
        (["203.0.113.0/24"], "203.0.113.9", True),
        (["203.0.113.0/24"], "203.0.114.9", False),
        (["203.0.113.0/24"], None, False),
        (["203.0.113.0/24"], "not an address", False),
        (["203.0.113.0/24"], "::ffff:203.0.113.9", True),
        (["203.0.113.0/24"], "2001:db8::1", False),
        (["2001:db8::/32"], "2001:db8::1", True),
        (["10.0.0.0/8", "203.0.113.9/32"], "203.0.113.9", True),
    ],
)
def test_networks_allow_their_own_addresses_only(networks: list[str], address: str | None, allowed: bool) -> None:
    assert policies.can_come_from([ip_network(network) for network in networks], address) is allowed


@pytest.mark.parametrize(
    ("mode", "ahead", "by", "refusal"),
    [
        ("live", timedelta(), timedelta(seconds=1), policies.ClockOnlyInTest),
        ("test", timedelta(), timedelta(), policies.ClockOnlyForward),
        ("test", timedelta(days=1), timedelta(seconds=-1), policies.ClockOnlyForward),
        ("test", timedelta(days=3650), timedelta(seconds=1), policies.ClockOnlyForward),
    ],
)
def test_a_clock_is_not_moved_like_this(mode: str, ahead: timedelta, by: timedelta, refusal: type[DomainError]) -> None:
    with pytest.raises(refusal):
        policies.check_clock(mode=mode, ahead=ahead, by=by)


def test_a_test_clock_may_go_as_far_as_the_limit() -> None:
    policies.check_clock(mode="test", ahead=timedelta(days=3649), by=timedelta(days=1))

"""Whom a network address is counted as."""

import pytest

from agents_api.limits import neighbourhood


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        (None, "nobody"),
    ],
)
def test_a_subscriber_is_counted_once(address: str | None, counted: str) -> None:
    assert neighbourhood(address) == counted

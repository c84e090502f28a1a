"""Whose address a request comes from: only what our own front wrote is believed."""

import pytest
from django.test import RequestFactory

from market.client_address import client_address, is_loopback


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),  # somebody's own invention
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("", "198.51.100.1", "198.51.100.1"),  # the front at the other end of a Unix socket
        ("", "203.0.113.77, 198.51.100.1", "198.51.100.1"),  # what was there before the front is not believed
        ("", "198.51.100.1, 127.0.0.1", "198.51.100.1"),
        ("", "127.0.0.1", "127.0.0.1"),
        ("", "2001:db8::1", "2001:db8::1"),
        ("", "", None),
        ("", "nonsense", None),
        ("::1", "198.51.100.1, nonsense", None),
    ],
)
def test_the_nearest_address_that_is_not_ours_counts(peer: str, forwarded: str, address: str | None) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=forwarded)
    assert client_address(request) == address
    assert is_loopback(request) is (address == "127.0.0.1")

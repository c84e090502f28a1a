"""Whose network address a request comes from. X-Forwarded-For is believed only where our own front has written it."""

from functools import lru_cache
from ipaddress import ip_address, ip_network

from django.http import HttpRequest

from market.config import config
from market.headers import header

_proxies = tuple(ip_network(network) for network in config.trusted_proxies)


def client_address(request: HttpRequest) -> str | None:
    """The nearest address that is not one of our own proxies; None where nobody told one."""
    peer = request.META.get("REMOTE_ADDR") or ""
    # A Unix socket has no address: only our own front can be at its other end.
    if peer and not _is_ours(peer):
        return peer
    hops = [hop.strip() for hop in header(request, "X-Forwarded-For").split(",") if hop.strip()]
    for hop in reversed(hops):
        if not _is_address(hop):
            return None
        if not _is_ours(hop):
            return hop
    return hops[0] if hops else peer or None


def is_loopback(request: HttpRequest) -> bool:
    """Whether the one who asks sits at this machine."""
    address = client_address(request)
    return address is not None and ip_address(address).is_loopback


@lru_cache(maxsize=10_000)
def _is_ours(address: str) -> bool:
    return _is_address(address) and any(ip_address(address) in network for network in _proxies)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True

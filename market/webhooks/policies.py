"""What a webhook endpoint may be, and how often and how long it is tried. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import ClassVar
from urllib.parse import urlsplit

from market.errors import DomainError, Kind
from market.webhooks.addresses import Network, is_in, is_public

MOST_ENDPOINTS = 10
LONGEST_URL = 500
LONGEST_DESCRIPTION = 200

TRY_FOR = timedelta(days=3)
_FIRST_PAUSE = timedelta(seconds=10)
_GROWTH = 2.5
_LONGEST_PAUSE = timedelta(hours=12)
_JITTER = 0.25  # a pause is up to this much shorter or longer, so that what failed together does not return together

USUAL_OVERLAP = timedelta(hours=24)
LONGEST_OVERLAP = timedelta(days=7)

DELIVERIES_KEPT_FOR = timedelta(days=30)

# What one receiver may have on its way at a time, and what one account may over all of its receivers.
MOST_AT_ONCE = 4
MOST_AT_ONCE_WHILE_FAILING = 1
MOST_AT_ONCE_PER_ACCOUNT = 8

PORTS = {"https": (443, 8443), "http": (80, 8080)}
_VISIBLE = re.compile(r"[\x21-\x5b\x5d-\x7e]+", re.ASCII)  # ASCII without spaces and without the backslash
# No name ends in a number: this is an address in a form that resolvers read and people do not (RFC 3986, WHATWG URL).
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)
_NEVER_PUBLIC = ("localhost", "local", "internal", "invalid", "onion")
_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62}))*\.?", re.ASCII)


class UnusableUrl(DomainError):
    """The address is none that webhooks are sent to."""

    code = "webhook_url_refused"
    kind: ClassVar[Kind] = Kind.INVALID
    fix = (
        "Send an https:// address of a public host on port 443 or 8443, without user name, password and fragment. On a"
        " house of your own that is not in production, WEBHOOK_ALLOWED_NETWORKS=127.0.0.0/8,::1/128 opens loopback."
    )


class TooManyEndpoints(DomainError):
    """The account has as many webhook endpoints as it may."""

    code = "too_many_webhook_endpoints"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix = "Delete one that is no longer needed, or change one: an endpoint takes any types of event."


class OverlapTooLong(DomainError):
    """The old secret cannot go on for that long."""

    code = "webhook_overlap_too_long"
    kind: ClassVar[Kind] = Kind.INVALID
    fix = f"Send 0 to {int(LONGEST_OVERLAP.total_seconds() // 3600)} whole hours."


@dataclass(frozen=True, slots=True)
class Target:
    """Where to send to, taken apart once: nobody reads the address a second time, in another way."""

    scheme: str
    host: str
    port: int
    path: str  # with the query


@dataclass(frozen=True, slots=True)
class Reach:
    """What the house allows beyond public hosts, by plain HTTP too: nothing in production."""

    opened: Sequence[Network] = ()


def read_url(url: str, reach: Reach) -> Target:
    """Taken apart, or refused for what can be seen without asking anybody. Where its name leads is asked later."""
    if len(url) > LONGEST_URL or not _VISIBLE.fullmatch(url):
        raise _refused(f"An address has at most {LONGEST_URL} visible ASCII characters.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _refused("This is not an address.") from error
    if parts.scheme != "https" and not (parts.scheme == "http" and _may_be_inside(parts.hostname or "", reach)):
        raise _refused("The address must begin with https://.")
    if parts.username is not None or parts.password is not None or "@" in parts.netloc:
        raise _refused("An address holds no user name and no password.")
    if parts.fragment or url.endswith("#"):
        raise _refused("An address has no fragment.")
    host = parts.hostname or ""
    target = Target(
        scheme=parts.scheme,
        host=host,
        port=PORTS[parts.scheme][0] if port is None else port,
        path=(parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
    )
    _check_host(target, reach)
    return target


def _may_be_inside(host: str, reach: Reach) -> bool:
    """Whether it could be a host of the networks that were opened. Where it leads is asked when it is sent."""
    if not reach.opened:
        return False
    try:
        return is_in(ip_address(host), reach.opened)
    except ValueError:
        return "." not in host or host.endswith(".localhost")


def _check_host(target: Target, reach: Reach) -> None:
    try:
        literal = ip_address(target.host)
    except ValueError:
        if not _NAME.fullmatch(target.host):
            raise _refused("The host is no name; write international names in their ASCII form (xn--…).") from None
        if _NUMBER.fullmatch(target.host.rstrip(".").rpartition(".")[2]):
            raise _refused("Write an IP address in its usual form.") from None
        if _is_inside_by_name(target.host) and not reach.opened:
            raise _refused("Webhooks are sent to public hosts only.") from None
        literal = None
    if literal is not None and is_in(literal, reach.opened):
        return
    if literal is not None and not is_public(literal):
        raise _refused("Webhooks are sent to public hosts only.")
    # A name may lead into the networks that were opened; where it does not, its port is asked about once more.
    if target.port not in PORTS[target.scheme] and (literal is not None or not reach.opened):
        raise _refused(f"Webhooks are sent to port {' or '.join(map(str, PORTS['https']))}.")


def _is_inside_by_name(host: str) -> bool:
    """No public host is called so: told at once, instead of by deliveries that fail for three days."""
    _, dot, last = host.rstrip(".").rpartition(".")
    return not dot or last in _NEVER_PUBLIC


def _refused(sentence: str) -> UnusableUrl:
    return UnusableUrl(sentence, param="/url")


def next_try(*, begun_at: datetime, tries: int, at: datetime, jitter: float) -> datetime | None:
    """When to try again after so many tries, or None when it is over. `jitter` is a random number from -1 to 1.

    The last try is made when the three days end, whatever the pauses would say.
    """
    end = begun_at + TRY_FOR
    if at >= end:
        return None
    pause = min(_FIRST_PAUSE * _GROWTH ** min(tries - 1, 30), _LONGEST_PAUSE)
    return min(at + pause * (1 + _JITTER * jitter), end)


def check_overlap(overlap: timedelta) -> None:
    if not timedelta() <= overlap <= LONGEST_OVERLAP:
        raise OverlapTooLong("The old secret goes on for at most a week.", param="/overlap_hours")

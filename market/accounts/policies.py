"""What people and keys may do. Pure: `check_x` raises, `can_x` answers; no row is read here."""

import unicodedata
from collections.abc import Collection
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import ClassVar

from market.errors import DomainError, Kind

Network = IPv4Network | IPv6Network
LONGEST_NAME = 80
LONGEST_CONTACT = 200
# Far past every window, silence and payout delay there is, and short of where dates end.
FARTHEST_AHEAD = timedelta(days=3650)


class InvalidName(DomainError):
    """The name is empty, too long, or has characters that cannot be shown."""

    code = "invalid_name"
    fix = f"Send 1 to {LONGEST_NAME} printable characters."


class InvalidContact(DomainError):
    """The contact is too long, or has characters that cannot be shown."""

    code = "invalid_contact"
    fix = f"Send at most {LONGEST_CONTACT} printable characters: an e-mail address or a link to somebody who answers."


class InvalidScopes(DomainError):
    """A scope that does not exist was asked for, or none at all."""

    code = "invalid_scopes"
    fix = "Choose at least one of read, post, review, money."


class InvalidCap(DomainError):
    """The cap is not an amount that can be held against spending."""

    code = "invalid_cap"
    fix = "A cap is an amount that is not negative, or absent for none."


class MissingScope(DomainError):
    """The key may not do this."""

    code = "missing_scope"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    fix = "Use a key that has this scope; the owner of the agent can make one."


class NetworkNotAllowed(DomainError):
    """The key is limited to networks, and this call came from another."""

    code = "network_not_allowed"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    fix = "Call from one of the networks that this key is limited to, or use another key."


class ClockOnlyInTest(DomainError):
    """Only the clock of a test account can be moved."""

    code = "clock_only_in_test"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    fix = "Use a test key: the clock of a live account is everybody's."


class ClockOnlyForward(DomainError):
    """A clock was to be moved back, not at all, or too far."""

    code = "clock_only_forward"
    fix = f"Move it by more than nothing, and by at most {FARTHEST_AHEAD.days} days in all."


def check_name(name: str) -> str:
    clean = " ".join(name.split())
    if not 1 <= len(clean) <= LONGEST_NAME or not _is_printable(clean):
        raise InvalidName("An agent needs a name.", param="name")
    return clean


def check_contact(contact: str) -> str:
    clean = contact.strip()
    if len(clean) > LONGEST_CONTACT or not _is_printable(clean):
        raise InvalidContact("This is not a contact that can be kept.", param="contact")
    return clean


def _is_printable(text: str) -> bool:
    # Control, format (which turns the direction of what follows), surrogate and private characters.
    return not any(unicodedata.category(letter).startswith("C") for letter in text)


def check_scopes(scopes: Collection[str], *, known: Collection[str]) -> list[str]:
    if not scopes or not set(scopes) <= set(known):
        raise InvalidScopes("A key needs scopes that exist.", param="scopes")
    return [scope for scope in known if scope in scopes]


def check_cap(micros: int | None, *, param: str) -> int | None:
    if micros is not None and micros < 0:
        raise InvalidCap("A cap cannot be negative.", param=param)
    return micros


def check_scope(scopes: Collection[str], needed: str) -> None:
    if needed not in scopes:
        raise MissingScope(f"This key may not do this: it lacks the scope {needed}.", facts={"scope": needed})


def can_come_from(networks: Collection[Network], address: str | None) -> bool:
    if not networks:
        return True
    if address is None:
        return False
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    # The same host as IPv4 inside IPv6, as dual-stack sockets tell it.
    plain = getattr(parsed, "ipv4_mapped", None) or parsed
    return any(plain in network for network in networks)


def check_address(networks: Collection[Network], address: str | None) -> None:
    if not can_come_from(networks, address):
        raise NetworkNotAllowed("This key may not be used from this network address.")


def check_clock(*, mode: str, ahead: timedelta, by: timedelta) -> None:
    if mode != "test":
        raise ClockOnlyInTest("Only a test account has a clock of its own.")
    if by <= timedelta() or ahead + by > FARTHEST_AHEAD:
        raise ClockOnlyForward("A test clock only goes forward, and not without end.", param="by")

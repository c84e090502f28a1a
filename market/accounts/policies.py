"""What people and keys may do. Pure: `check_x` raises, `can_x` answers; no row is read here."""

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import ClassVar
from uuid import UUID

from market.errors import DomainError, Kind

Network = IPv4Network | IPv6Network
LONGEST_NAME = 80
LONGEST_CONTACT = 200
MOST_NETWORKS = 20
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


class AgentFrozen(DomainError):
    """A payment for this agent is contested at the bank, or it owes money since: its keys may only read."""

    code = "agent_frozen"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    fix = (
        "Only read for now: no other key does more. It ends by itself when the bank has decided and nothing is owed; "
        "`frozen` in GET /v1/account tells. What is owed, the agent's owner pays back by topping up."
    )


class MoreThanTheKeyHas(DomainError):
    """A key was to give, renew or end something that may do more than the key itself. `param` names what."""

    code = "more_than_the_key_has"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    fix = "Ask for no more scopes, money, networks and time than this key has, or use a key that has more."


class InvalidNetworks(DomainError):
    """A network is not written as one, or there are too many."""

    code = "invalid_networks"
    fix = 'Send networks such as "203.0.113.0/24" or "2001:db8::/32", at most 20, or none for anywhere.'


class InvalidKeyEnd(DomainError):
    """A key was to end in the past, or later than keys do."""

    code = "invalid_key_end"
    fix = "Let the key end after now and within ten years, or leave expires_at out: then it does not end by itself."


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


def check_name(name: str, *, param: str = "/name") -> str:
    clean = " ".join(name.split())
    if not 1 <= len(clean) <= LONGEST_NAME or not _is_printable(clean):
        raise InvalidName("This is not a name that can be shown.", param=param)
    return clean


def check_contact(contact: str) -> str:
    clean = contact.strip()
    if len(clean) > LONGEST_CONTACT or not _is_printable(clean):
        raise InvalidContact("This is not a contact that can be kept.", param="/contact")
    return clean


def _is_printable(text: str) -> bool:
    # Control, format (which turns the direction of what follows), surrogate and private characters.
    return not any(unicodedata.category(letter).startswith("C") for letter in text)


def check_scopes(scopes: Collection[str], *, known: Collection[str]) -> list[str]:
    if not scopes or not set(scopes) <= set(known):
        raise InvalidScopes("A key needs scopes that exist.", param="/scopes")
    return [scope for scope in known if scope in scopes]


def check_cap(micros: int | None, *, param: str) -> int | None:
    if micros is not None and micros < 0:
        raise InvalidCap("A cap cannot be negative.", param=param)
    return micros


def check_scope(scopes: Collection[str], needed: str, *, withheld: Collection[str] = ()) -> None:
    """`withheld`: what the key has and its agent may not use while it is frozen."""
    if needed in withheld:
        raise AgentFrozen("A payment for this agent is contested at the bank: its keys may only read.")
    if needed not in scopes:
        raise MissingScope(f"This key may not do this: it lacks the scope {needed}.", facts={"scope": needed})


@dataclass(frozen=True, slots=True)
class Powers:
    """What a key may do. None and an empty collection of networks: no limit of that sort."""

    scopes: frozenset[str]
    networks: tuple[Network, ...]
    expires_at: datetime | None
    per_call_micros: int | None
    per_day_micros: int | None
    per_month_micros: int | None
    # The key whose spending this one's counts as: keys that share it spend its caps together.
    counted_with: UUID

    @property
    def is_counted(self) -> bool:
        """What it spends is added up over time, so that a second key with the same caps would double them."""
        return self.per_day_micros is not None or self.per_month_micros is not None


def check_gives(giver: Powers, given: Powers) -> None:
    """A key passes on what it has and no more: whoever holds it could otherwise make himself a better one."""
    if more := given.scopes - giver.scopes:
        raise MoreThanTheKeyHas(f"This key lacks the scope {min(more)} itself.", param="/scopes")
    for name in ("per_call", "per_day", "per_month"):
        has, gives = getattr(giver, f"{name}_micros"), getattr(given, f"{name}_micros")
        if has is not None and (gives is None or gives > has):
            raise MoreThanTheKeyHas("This key may not spend that much itself.", param=f"/caps/{name}")
    if giver.networks and not (given.networks and all(_lies_in(each, giver.networks) for each in given.networks)):
        raise MoreThanTheKeyHas("This key may not be used from everywhere itself.", param="/networks")
    if giver.expires_at is not None and (given.expires_at is None or given.expires_at > giver.expires_at):
        raise MoreThanTheKeyHas("This key ends earlier itself.", param="/expires_at")
    if giver.is_counted and given.counted_with != giver.counted_with:
        raise MoreThanTheKeyHas("That key's spending does not count towards this key's caps.", param="/caps")


def check_networks(networks: Collection[object]) -> list[Network]:
    if len(networks) > MOST_NETWORKS:
        raise InvalidNetworks(f"A key is limited to at most {MOST_NETWORKS} networks.", param="/networks")
    found: list[Network] = []
    for position, text in enumerate(networks):
        try:
            found.append(ip_network(text if isinstance(text, str) else ""))
        except ValueError as error:
            raise InvalidNetworks("This is not a network.", param=f"/networks/{position}") from error
    return found


def check_key_end(expires_at: datetime | None, *, at: datetime) -> datetime | None:
    if expires_at is not None and not at < expires_at <= at + FARTHEST_AHEAD:
        raise InvalidKeyEnd("A key cannot end then.", param="/expires_at")
    return expires_at


def _lies_in(network: Network, networks: Collection[Network]) -> bool:
    # mypy: subnet_of wants both of one version, which is asked first.
    return any(network.version == each.version and network.subnet_of(each) for each in networks)  # type: ignore[arg-type]


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


def check_clock(*, mode: str, ahead: timedelta, by: timedelta, param: str = "/advance_seconds") -> None:
    if mode != "test":
        raise ClockOnlyInTest("Only a test account has a clock of its own.")
    if by <= timedelta() or ahead + by > FARTHEST_AHEAD:
        raise ClockOnlyForward("A test clock only goes forward, and not without end.", param=param)

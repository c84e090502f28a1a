"""How often somebody may call: one statement a call, exact however many call at once.

The generic cell rate algorithm: a row keeps the moment at which the caller has all of its allowance again. A call moves
it on by one share, and is refused when it would lie further ahead than the window. The table is not logged: after a
crash everybody begins with a full allowance, which is no harm.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil
from typing import Any, ClassVar

from market import prepared
from market.errors import DomainError, Kind
from market.prepared import Question


class TooManyCalls(DomainError):
    """You have called more often than your allowance has it."""

    code = "too_many_calls"
    kind: ClassVar[Kind] = Kind.LIMITED
    fix = "Wait until the time in Retry-After; read the RateLimit headers to stay below."
    retryable = True
    allowance: "Allowance | None" = None  # what is left of it


@dataclass(frozen=True)
class Limit:
    name: str
    calls: int
    window: timedelta

    @cached_property
    def share(self) -> timedelta:
        return self.window / self.calls

    @cached_property
    def policy_header(self) -> str:
        return f'"{self.name}";q={self.calls};w={int(self.window.total_seconds())}'


EVERY_CALL = Limit("default", calls=600, window=timedelta(minutes=1))
DEPOSITS = Limit("deposits", calls=60, window=timedelta(hours=1))
# Of everybody together; who comes beyond it shows a proof of work: see `proof_of_work`.
NEW_AGENTS = Limit("new_agents", calls=60, window=timedelta(minutes=1))
SIGNUP = Limit("signup", calls=10, window=timedelta(hours=1))
SIMULATE = Limit("simulate", calls=120, window=timedelta(hours=1))


@dataclass(frozen=True)
class Allowance:
    limit: Limit
    remaining: int
    full_in: timedelta
    along: Sequence[tuple[Any, ...]] = ()  # what was asked along with the count

    @property
    def header(self) -> str:
        return f'"{self.limit.name}";r={self.remaining};t={ceil(self.full_in.total_seconds())}'


def neighbourhood(address: str | None) -> str:
    """Whom an address is counted as. One subscriber has 2**64 addresses of IPv6, and is counted once."""
    if address is None:
        return "nobody"
    parsed = ip_address(address)
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return str(ip_network((parsed, 64), strict=False))
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)


_COUNT = """
    INSERT INTO agents_api_callrate AS rate (caller, full_at)
    VALUES (%(caller)s::varchar, %(at)s::timestamptz + %(cost)s::interval)
    ON CONFLICT (caller) DO UPDATE SET full_at = greatest(rate.full_at, %(at)s) + %(cost)s
        WHERE greatest(rate.full_at, %(at)s) + %(cost)s <= %(at)s + %(window)s::interval
    RETURNING full_at
"""
_HELD = "SELECT full_at FROM agents_api_callrate WHERE caller = %(caller)s::varchar"


def spend(limit: Limit, *, caller: str, at: datetime, calls: int = 1, along: Question | None = None) -> Allowance:
    """Count a call. Runs by itself, not in the call's transaction: a call that is rolled back was a call.

    What is asked `along` is answered by the same statement, to a call that is let in and to no other.
    """
    cost = limit.share * calls
    row_key = f"{limit.name}:{caller}"
    values = {"caller": row_key, "at": at, "cost": cost, "window": limit.window}
    counted = prepared.rows(_COUNT, values) if along is None else along.rows_if(_COUNT, values)
    return _allowance(limit, counted, row_key, at=at, cost=cost)


def spend_and_ask(
    limit: Limit, *, caller: str, at: datetime, asked: Question, along: Question | None = None
) -> tuple[Sequence[tuple[Any, ...]], Callable[[], Allowance]]:
    """Count a call by the statement that asks something which is answered to every call, let in or not.

    Who asks for the allowance then is told whether there was one.
    """
    row_key = f"{limit.name}:{caller}"
    values = {"caller": row_key, "at": at, "cost": limit.share, "window": limit.window}
    answer, counted = asked.rows_and(_COUNT, values, along)
    return answer, lambda: _allowance(limit, counted, row_key, at=at, cost=limit.share)


def _allowance(
    limit: Limit, counted: Sequence[tuple[Any, ...]], row_key: str, *, at: datetime, cost: timedelta
) -> Allowance:
    """What is left after a call that the statement has counted, or the refusal of one that it has not."""
    if not counted:
        held = prepared.rows(_HELD, {"caller": row_key})
        full_at = held[0][0] if held else at
        refusal = TooManyCalls(
            f"More than {limit.calls} calls in {int(limit.window.total_seconds())} s.",
            retry_at=full_at + cost - limit.window,
            facts={"limit": limit.policy_header},
        )
        refusal.allowance = _left(limit, full_at, at=at)
        raise refusal
    return _left(limit, counted[0][0], at=at, along=[row[1:] for row in counted])


def _left(limit: Limit, full_at: datetime, *, at: datetime, along: Sequence[tuple[Any, ...]] = ()) -> Allowance:
    full_in = max(full_at - at, timedelta())
    return Allowance(limit, int((limit.window - full_in) / limit.share), full_in, along)

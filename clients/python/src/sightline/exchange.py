"""How one call is tried, told without doing any of it: generators that yield what to send or how long to pause.

The client that waits and the client that awaits both drive these, so there is one set of rules for retrying, and it is
tested without a clock or a network.
"""

import json
import random
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeAlias, TypeVar

from sightline.errors import BadAnswer, NotReached, refusal

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ask:
    """One request, ready to be sent."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    once: str | None = None  # its Idempotency-Key: sent again, it is the same request
    if_match: str | None = None
    seconds: float = 30.0

    @property
    def is_repeatable(self) -> bool:
        """Whether sending it twice is the same as sending it once."""
        return self.method in ("GET", "HEAD", "DELETE") or self.once is not None


@dataclass(frozen=True, slots=True)
class Pause:
    seconds: float


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    content: bytes


@dataclass(frozen=True, slots=True)
class Lost:
    """No answer came. `was_sent` where the request may have arrived."""

    why: str
    was_sent: bool


Step: TypeAlias = Ask | Pause
Seen: TypeAlias = Answer | Lost | None
Exchange: TypeAlias = Generator[Step, Seen, T]


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a call is tried, and how long is paused between: as long as the exchange says, else ever longer."""

    tries: int = 5
    first_pause: float = 0.5
    longest_pause: float = 30.0
    # A `retry_after` beyond this is told to the caller instead of being slept through.
    most_retry_after: float = 120.0

    def pause(self, tried: int) -> float:
        """With jitter, so that many clients that failed together do not come back together."""
        return min(self.longest_pause, self.first_pause * 2.0 ** (tried - 1)) * random.uniform(0.5, 1.0)  # noqa: S311


def send(ask: Ask, patience: Patience) -> Exchange[Answer]:
    """Until there is an answer that stands: a success, or a refusal that trying again does not mend."""
    tried = 0
    while True:
        tried += 1
        seen = yield ask
        if isinstance(seen, Answer) and seen.status < 400:
            return seen
        again, wait = _try_again(ask, seen, patience)
        if not again or tried >= patience.tries:
            raise _as_error(seen)
        yield Pause(patience.pause(tried) if wait is None else wait)


def send_for_json(ask: Ask, patience: Patience) -> Exchange[Any]:
    answer = yield from send(ask, patience)
    try:
        return json.loads(answer.content) if answer.content else None
    except ValueError as error:
        raise BadAnswer(f"The answer to {ask.method} {ask.path} is no JSON.") from error


def _try_again(ask: Ask, seen: Seen, patience: Patience) -> tuple[bool, float | None]:
    if isinstance(seen, Lost):
        return ask.is_repeatable or not seen.was_sent, None
    assert isinstance(seen, Answer)
    problem = _problem(seen)
    # Refused before anything was done, so it may be sent again even without a key.
    is_undone = seen.status in (425, 429, 503)
    retryable = problem.get("retryable", seen.status in (429, 502, 503, 504))
    wait = _retry_after(seen, problem)
    if wait is not None and wait > patience.most_retry_after:
        return False, None
    return bool(retryable) and (ask.is_repeatable or is_undone), wait


def _as_error(seen: Seen) -> Exception:
    if isinstance(seen, Lost):
        return NotReached(seen.why)
    assert isinstance(seen, Answer)
    return refusal(seen.status, _problem(seen))


def _problem(answer: Answer) -> dict[str, Any]:
    """Whatever stands in front of the exchange may answer for it, and not as a problem."""
    try:
        told = json.loads(answer.content)
    except ValueError:
        told = None
    if isinstance(told, dict):
        return told
    return {"code": f"http_{answer.status}", "detail": f"The address answered with status {answer.status}."}


def _retry_after(answer: Answer, problem: Mapping[str, Any]) -> float | None:
    told = problem.get("retry_after")
    if isinstance(told, int | float):
        return max(0.0, float(told))
    header = answer.headers.get("retry-after", "")
    if header.isascii() and header.isdigit():
        return float(header)
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(0.0, (moment - datetime.now(UTC)).total_seconds()) if moment.tzinfo else None

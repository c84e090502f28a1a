"""What can go wrong, each as an exception that says what to do next."""

from collections.abc import Mapping
from typing import Any

from sightline.types import Bounty, Call


class SightlineError(Exception):
    """Everything that this package raises on purpose."""


class NotReached(SightlineError):
    """No answer: the exchange could not be reached, however often it was tried."""


class BadAnswer(SightlineError):
    """Something answered that does not speak as an exchange does: a proxy's page, a cut-off body."""


class StillWaiting(SightlineError):
    """The time to wait is over, and the bounty still is where it was. Waiting may go on at any time."""

    def __init__(self, bounty: Bounty) -> None:
        super().__init__(f"{bounty['id']} is {bounty['status']}, and nothing is asked of you yet.")
        self.bounty = bounty


class InvalidSignature(SightlineError):
    """A webhook that did not come from the exchange, came too late, or was altered on its way."""


class Refused(SightlineError):
    """The exchange understood the call and does not do it. `code` is stable; `fix` says what to do."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        self.status = status
        self.code = str(problem.get("code") or "unknown")
        self.detail = str(problem.get("detail") or problem.get("title") or f"status {status}")
        self.fix = str(problem.get("fix") or "")
        self.param: str | None = problem.get("param")
        self.fix_call: Call | None = problem.get("fix_call")
        self.retryable = bool(problem.get("retryable"))
        self.retry_after: float | None = problem.get("retry_after")
        self.request_id = str(problem.get("request_id") or "")
        self.problem = dict(problem)
        where = f" ({self.param})" if self.param else ""
        super().__init__(f"{self.code}{where}: {self.detail} {self.fix}".strip())


class InvalidRequest(Refused):
    """Something in the call is not as it must be; `param` points at it."""


class NotAuthenticated(Refused):
    """There is no key, or it is not known, revoked or over."""


class NotEnoughMoney(Refused):
    """The balance or a cap of the key does not cover it."""


class Forbidden(Refused):
    """The key may not do this."""


class NotFound(Refused):
    """There is nothing there that is yours."""


class Conflict(Refused):
    """It is not possible as things stand now: read again, then decide."""


class TooManyCalls(Refused):
    """More calls than the allowance has; `retry_after` says when to come back."""


class Unavailable(Refused):
    """A failure or a pause on the exchange's side."""


_BY_STATUS: dict[int, type[Refused]] = {
    401: NotAuthenticated,
    402: NotEnoughMoney,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    412: Conflict,
    429: TooManyCalls,
}


def refusal(status: int, problem: Mapping[str, Any]) -> Refused:
    kind = Unavailable if status >= 500 else _BY_STATUS.get(status, InvalidRequest)
    return kind(status, problem)

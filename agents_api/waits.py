"""What `?wait=` asks for. How it is waited stands in `waiting`: only the ASGI process does."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bounties.shapes import Integer
from market.errors import DomainError

LONGEST_SECONDS = 60
_LARGEST_VERSION = 2**31 - 1


class InvalidWait(DomainError):
    """The time to wait, or the version or number of results waited for, is not a number that can be."""

    code = "invalid_wait"
    fix = (
        f"Send `wait` as 0 to {LONGEST_SECONDS} whole seconds, and `since_version` as the version you know or `results`"
        " as the number you wait for."
    )


@dataclass(frozen=True)
class Wait:
    seconds: int
    since_version: int | None
    results: int | None

    def is_for(self, version: int) -> bool:
        """Whether somebody who sees this version may wait. With nothing to compare nothing is waited for."""
        if self.seconds == 0:
            return False
        return self.results is not None or (self.since_version is not None and version <= self.since_version)


SECONDS = Integer(
    text="Wait up to this many seconds for news before answering; 0 or absent: answer at once.",
    least=0,
    most=LONGEST_SECONDS,
    refused_as=InvalidWait,
    sample=45,
)
SINCE_VERSION = Integer(
    text="The `version` you know: `wait` ends as soon as there is a higher one.",
    least=0,
    most=_LARGEST_VERSION,
    refused_as=InvalidWait,
    sample=1,
)

RESULTS = Integer(
    text="Instead of any change, `wait` for this: that there are so many results, or that `next_action` is no longer "
    "to wait. One more than you know.",
    least=1,
    most=_LARGEST_VERSION,
    refused_as=InvalidWait,
    sample=1,
)


def asked(query: Mapping[str, Any]) -> Wait:
    return Wait(query.get("wait", 0), query.get("since_version"), query.get("results"))

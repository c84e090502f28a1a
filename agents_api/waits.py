"""What `?wait=` asks for. How it is waited stands in `waiting`: only the ASGI process does."""

from collections.abc import Mapping
from dataclasses import dataclass

from market.errors import DomainError

LONGEST_SECONDS = 60
_LARGEST_VERSION = 2**31 - 1


class InvalidWait(DomainError):
    """The time to wait, or the version waited upon, is not a number that can be."""

    code = "invalid_wait"
    fix = f"Send `wait` as 0 to {LONGEST_SECONDS} whole seconds, and `since_version` as the version you know."


@dataclass(frozen=True)
class Wait:
    seconds: int
    since_version: int | None

    def is_for(self, version: int) -> bool:
        """Whether somebody who sees this version still waits. Without a version to compare nothing is waited for."""
        return self.seconds > 0 and self.since_version is not None and version <= self.since_version


def read(query: Mapping[str, str]) -> Wait:
    seconds = _number(query.get("wait"), param="/wait", most=LONGEST_SECONDS)
    return Wait(seconds or 0, _number(query.get("since_version"), param="/since_version", most=_LARGEST_VERSION))


def _number(text: str | None, *, param: str, most: int) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= most):
        raise InvalidWait(f"This must be a whole number from 0 to {most}.", param=param)
    return int(text)

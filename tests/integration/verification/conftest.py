"""A world on the real clock, and phones for its scouts."""

import sys
from collections.abc import Callable, Iterator

import pytest

from bounties import capturing
from bounties.models import Claim
from tests.integration.bounties.story import Story
from tests.integration.real_clock import story
from tests.phone import Phone

__all__ = ["story"]


@pytest.fixture
def phone(story: Story) -> Callable[[Claim], Phone]:
    def of(claim: Claim) -> Phone:
        return Phone(capturing.capture_pass(claim_id=claim.id, at=story.at, scout=claim.scout))

    return of


_asked_for: list[object] | None = None


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    if _asked_for is not None and event in {"socket.connect", "socket.getaddrinfo"}:
        _asked_for.append(arguments[1] if event == "socket.connect" else arguments[0])


sys.addaudithook(_hear)  # for good: a hook cannot be taken away again


@pytest.fixture
def asked_for() -> Iterator[list[object]]:
    """Whom this process has tried to reach, or whose address it wanted to know."""
    global _asked_for  # noqa: PLW0603 - one process, one pair of ears
    _asked_for = []
    yield _asked_for
    _asked_for = None

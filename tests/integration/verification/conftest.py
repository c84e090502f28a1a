"""A world on the real clock, and phones for its scouts."""

from collections.abc import Callable

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

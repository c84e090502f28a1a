"""A world on the real clock, for that is the one phones have; and phones for its scouts."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from bounties import capturing
from bounties.models import Claim
from tests.integration.bounties.story import Story, check_always
from tests.phone import Phone
from verification.searching import hashes


@pytest.fixture
def story(db: None) -> Iterator[Story]:
    hashes.forget()
    told = Story(at=datetime.now(UTC))
    yield told
    check_always(told)


@pytest.fixture
def phone(story: Story) -> Callable[[Claim], Phone]:
    def of(claim: Claim) -> Phone:
        return Phone(capturing.capture_pass(claim_id=claim.id, at=story.at, scout=claim.scout))

    return of

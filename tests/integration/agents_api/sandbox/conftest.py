"""An agent on the real clock, for that is the one phones have; and workers that do what is due."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.integration.bounties.story import Story, check_always
from verification.searching import hashes


@pytest.fixture
def story(db: None) -> Iterator[Story]:
    hashes.forget()
    told = Story(at=datetime.now(UTC))
    yield told
    check_always(told)

"""A world on the real clock, for that is the one phones have: for the `conftest.py` of rooms whose tests capture."""

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

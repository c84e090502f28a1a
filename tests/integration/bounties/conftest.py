"""A world for each test; at the end of each test, what must always hold is asked for."""

from collections.abc import Iterator

import pytest

from tests.integration.bounties.story import Story, check_always


@pytest.fixture
def story(db: None) -> Iterator[Story]:
    told = Story()
    yield told
    check_always(told)

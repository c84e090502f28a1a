from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.integration.engine.running import RunningHouse

Up = Callable[..., RunningHouse]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A data folder whose path is long and odd: whoever forgets quotes, a socket's limit or Caddy's braces, fails."""
    # Run as root, the database is another user, who has to pass through.
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o711)
    return tmp_path / ("a data folder {with} an odd, long name " + "x" * 60)


@pytest.fixture
def up(home: Path) -> Iterator[Up]:
    with ExitStack() as stack:

        def start(*words: str, **more: str) -> RunningHouse:
            house = RunningHouse(home, *words, **more)
            stack.callback(house.clean_up)
            return house

        yield start

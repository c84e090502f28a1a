import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests import prepared
from tests.integration.engine.running import RunningHouse

Up = Callable[..., RunningHouse]


@pytest.fixture
def home() -> Iterator[Path]:
    """A data folder whose path is long and odd: whoever forgets quotes, a socket's limit or Caddy's braces, fails."""
    with tempfile.TemporaryDirectory(prefix="sightline-engine-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)  # run as root, the database is another user, who has to pass through
        yield Path(folder) / ("a data folder {with} an odd, long name " + "x" * 60)


@pytest.fixture(autouse=True)
def _hang_up_means_stop() -> Iterator[None]:
    """Even where the tests run under nohup: a house inherits what is ignored, and rightly keeps ignoring it."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.fixture
def lived_in(home: Path) -> None:
    """The house has been up before and has made what it makes at its first start."""
    prepared.furnish(home, with_postgres=True)


@pytest.fixture
def up(home: Path) -> Iterator[Up]:
    with ExitStack() as stack:

        def start(*words: str, **more: str) -> RunningHouse:
            house = RunningHouse(home, *words, **more)
            stack.callback(house.clean_up)
            return house

        yield start

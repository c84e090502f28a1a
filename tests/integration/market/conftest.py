"""Fixtures of the tests of the ground."""

import socket

import pytest

from market.config import config
from market.engine.layout import Layout


@pytest.fixture(scope="session", autouse=True)
def _media_folder() -> None:
    """What the engine makes before it starts anything."""
    Layout(config.home).media.mkdir(exist_ok=True)


@pytest.fixture
def unused_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

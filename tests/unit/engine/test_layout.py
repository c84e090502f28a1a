"""Where sockets go: beside the data, unless a path is too long or too odd for a socket's address."""

from pathlib import Path

import pytest

from market.engine.layout import Layout


def test_sockets_are_with_the_data() -> None:
    assert Layout(Path("/srv/sightline")).sockets == Path("/srv/sightline/run/sockets")


@pytest.mark.parametrize(
    "home", ["/srv/" + "x" * 100, "/srv/with space", "/srv/a,b", "/srv/{a}", "/srv/größe", '/srv/"']
)
def test_a_long_or_odd_path_gets_a_short_plain_one(home: str) -> None:
    sockets = str(Layout(Path(home)).sockets)
    assert sockets.startswith("/tmp/sightline-")
    assert len(f"{sockets}/.s.PGSQL.5432") <= 103
    assert sockets.isascii()


def test_two_data_folders_never_share_sockets() -> None:
    assert Layout(Path("/srv/one house")).sockets != Layout(Path("/srv/two house")).sockets

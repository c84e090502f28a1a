"""The data folder: one house at a time, and --reset deletes nothing that is not ours."""

import errno
import io
import os
from pathlib import Path

import pytest

from market.engine import home
from market.engine.faults import Fault
from market.engine.layout import Layout


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    made = Layout(tmp_path / "home")
    home.prepare(made)
    with home.locked(made):
        made.postgres.mkdir()
    (made.postgres / "PG_VERSION").write_text("18")
    (made.media / "photo").write_text("a photo")
    return made


def test_a_second_house_does_not_get_the_folder(layout: Layout) -> None:
    with home.locked(layout) as first, home.locked(layout) as second:
        assert (first, second) == (True, False)
    with home.locked(layout) as third:
        assert third


def test_reset_deletes_what_is_ours_and_spares_the_rest(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    (layout.certificates).mkdir()
    (layout.home / "notes.txt").write_text("mine")
    monkeypatch.setattr("sys.stdin", io.StringIO())
    home.reset(layout, has_database_elsewhere=False)
    assert not layout.postgres.exists()
    assert list(layout.media.iterdir()) == []
    assert layout.certificates.exists()
    assert (layout.home / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize(("answer", "is_deleted"), [("yes\n", True), ("y\n", False), ("\n", False)])
def test_on_a_terminal_reset_asks(
    layout: Layout, monkeypatch: pytest.MonkeyPatch, answer: str, is_deleted: bool
) -> None:
    terminal = io.StringIO(answer)
    terminal.isatty = lambda: True  # type: ignore[method-assign]
    monkeypatch.setattr("sys.stdin", terminal)
    if is_deleted:
        home.reset(layout, has_database_elsewhere=False)
    else:
        with pytest.raises(Fault, match="Nothing was deleted"):
            home.reset(layout, has_database_elsewhere=False)
    assert layout.postgres.exists() is not is_deleted


def test_reset_does_not_follow_a_link(layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    elsewhere = layout.media.rename(tmp_path / "elsewhere")
    layout.media.symlink_to(elsewhere)
    with pytest.raises(Fault, match="is a link to somewhere else"):
        home.reset(layout, has_database_elsewhere=False)
    assert (elsewhere / "photo").exists()
    assert layout.postgres.exists()


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (errno.ENOSPC, "The disk below /srv is full: free some space"),
        (errno.EROFS, "Cannot write to /srv (Read-only file system): make it writable"),
        (errno.EACCES, "Cannot write to /srv (Permission denied): make it writable"),
    ],
)
def test_a_place_that_cannot_be_written_to_is_told_plainly(number: int, told: str) -> None:
    assert str(home.unwritable(Path("/srv"), OSError(number, os.strerror(number)))).startswith(told)


def test_a_folder_of_somebody_else_is_left_alone(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: layout.home.stat().st_uid + 1)
    with pytest.raises(Fault, match="belongs to"):
        home.prepare(layout)


def test_facts_are_gone_when_nobody_runs(layout: Layout) -> None:
    assert home.facts(layout) == {}
    home.write_facts(layout, pid=1, url="http://localhost:8000")
    assert home.facts(layout) == {"pid": 1, "url": "http://localhost:8000"}
    home.forget_facts(layout)
    assert home.facts(layout) == {}

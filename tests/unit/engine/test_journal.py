"""What a child said: its last words tell why it died, and its file does not grow without end."""

from pathlib import Path

import pytest

from market.engine import journal
from market.engine.journal import Journal


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("", "it said nothing"),
        ("one\ntwo\n\n", "two"),
        ("FATAL:  no room\nLOG:  database system is shut down\n", "FATAL:  no room"),
        ("Traceback\nValueError: bad\n", "ValueError: bad"),
    ],
)
def test_the_last_words_are_the_reason(tmp_path: Path, said: str, told: str) -> None:
    path = tmp_path / "child.log"
    path.write_text(said)
    assert Journal(path).last_words() == told


def test_what_an_earlier_process_said_is_not_the_reason(tmp_path: Path) -> None:
    path = tmp_path / "child.log"
    path.write_text("FATAL: long ago\n")
    words = Journal(path)
    words.begin()
    assert words.last_words() == "it said nothing"


def test_a_long_journal_is_set_aside_and_goes_on_in_the_same_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "_LARGEST", 10)
    path = tmp_path / "child.log"
    with path.open("a") as held_by_the_child:
        held_by_the_child.write("more than ten bytes\n")
        held_by_the_child.flush()
        Journal(path).rotate()
        held_by_the_child.write("new\n")
    assert path.read_text() == "new\n"
    assert (tmp_path / "child.old.log").read_text() == "more than ten bytes\n"

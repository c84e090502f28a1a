"""What a person can mend is said in one line, with an exit code that is not 0, and nothing is half-started."""

import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from market.engine.layout import Layout
from tests.integration.engine.conftest import Up
from tests.integration.engine.running import ROOT, RunningHouse, living

pytestmark = pytest.mark.engine


def test_a_port_in_use_is_named(home: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        house = RunningHouse(home, "--port", str(port))
        assert _fault(house).startswith(f"sightline: Port {port} on 127.0.0.1 is in use by another program: stop that")


def test_a_host_that_is_not_ours_is_named(up: Up) -> None:
    assert "Cannot listen on 203.0.113.7 port" in _fault(up("--host", "203.0.113.7"))


def test_a_place_that_cannot_be_written_to_is_named() -> None:
    assert "Cannot write to /dev/null/sightline (Not a directory)" in _fault(RunningHouse(Path("/dev/null/sightline")))


def test_a_folder_of_other_things_is_left_alone(up: Up, home: Path) -> None:
    home.mkdir()
    (home / "thesis.txt").write_text("mine")
    (home / "mail").mkdir()
    assert "holds other things (thesis.txt)" in _fault(up("--reset"))
    assert sorted(entry.name for entry in home.iterdir()) == ["mail", "thesis.txt"]


def test_a_database_folder_with_something_else_in_it_is_left_alone(up: Up, home: Path) -> None:
    (home / "postgres").mkdir(parents=True)
    (home / "postgres" / "letter.txt").write_text("mine")
    assert "is not empty and not a database: move it away, or begin anew with --reset" in _fault(up())
    assert (home / "postgres" / "letter.txt").read_text() == "mine"


def test_a_database_of_another_version_is_left_alone(up: Up, home: Path) -> None:
    (home / "postgres").mkdir(parents=True)
    (home / "postgres" / "PG_VERSION").write_text("12\n")
    assert "was made by Postgres 12, this is 18" in _fault(up())


def test_a_damaged_database_is_told_with_the_reason_and_reset_mends_it(up: Up, lived_in: None, home: Path) -> None:
    layout = Layout(home)
    shutil.rmtree(layout.postgres / "global")
    fault = _fault(up())
    assert "The database does not start: postgres did not start: " in fault
    assert "FATAL" in fault or "could not" in fault
    assert fault.endswith("restore a backup, or begin with an empty one: bin/up --reset.")
    assert living(home) == []
    house = up("--reset", "--no-demo")
    house.wait_until_up()
    assert house.is_ready()


def test_reset_is_refused_where_the_database_is_elsewhere(up: Up) -> None:
    house = up("--reset", DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")
    assert "DATABASE_URL names another one: empty that yourself" in _fault(house)


def test_an_unsafe_setting_in_production_is_named_without_its_value(up: Up) -> None:
    fault = _fault(up(SIGHTLINE_ENV="production", SECRET_KEY="too-short-and-secret"))
    assert "SECRET_KEY must be at least 50 random characters" in fault
    assert "DATABASE_URL must name a Postgres server" in fault
    assert "too-short-and-secret" not in fault


def test_an_old_python_is_named(tmp_path: Path) -> None:
    old = tmp_path / "an old python"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.9.2" && exit 0\nexit 1\n')
    old.chmod(0o755)
    done = subprocess.run(
        [ROOT / "bin" / "up"], env={**os.environ, "PYTHON": str(old)}, capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 1
    assert "needs Python 3.11 or newer (found: Python 3.9.2)" in done.stderr


def _fault(house: RunningHouse) -> str:
    """The one line that is said, of a house that did not start and has left no process."""
    code = house.process.wait(180)
    house.stop()
    lines = [line for line in house.said.splitlines() if line and not line.endswith("…")]
    assert code == 1, house.said
    assert len(lines) == 1, house.said
    assert living(house.home) == []
    return lines[0]

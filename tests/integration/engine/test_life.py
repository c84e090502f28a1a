"""The whole house: up, killed in every part, killed as a whole, and nothing lost."""

import os
import signal
from pathlib import Path

import psutil
import pytest

from tests.integration.engine.conftest import Up
from tests.integration.engine.running import RunningHouse, living, until

pytestmark = pytest.mark.engine


def test_whatever_is_killed_comes_back_and_what_was_written_stays(up: Up, home: Path) -> None:
    house = up()
    house.wait_until_up()
    assert house.status("/healthz") == 200
    assert house.is_ready()
    _write(house, 1)

    before = house.pids()
    assert set(before) == {"postgres", "web", "waits", "worker", "beat", "front"}
    for name in ("web", "waits", "worker", "beat", "front"):
        os.kill(before[name], signal.SIGKILL)
    after = until(lambda: _all_new(before, house.pids(), kept={"postgres"}), what="all started again")
    until(house.is_ready, what="ready after the death of everything but the database")

    with house.connect() as busy:
        backend = busy.info.backend_pid
        os.kill(after["postgres"], signal.SIGKILL)
        until(
            lambda: house.pids().get("postgres", after["postgres"]) != after["postgres"], what="a new database server"
        )
        until(lambda: not psutil.pid_exists(backend), what="the old server's processes gone")
    until(house.is_ready, what="ready after the death of the database")
    _write(house, 2)

    second = up()
    assert second.process.wait(30) == 0
    second.stop()
    assert f"already running at http://localhost:{house.port}" in second.said
    refused = up("--reset")
    assert refused.process.wait(30) == 1

    assert house.stop(signal.SIGTERM) == 0
    assert living(home) == []

    house = up()
    house.wait_until_up()
    assert _written(house) == [1, 2]
    house.process.kill()
    house.process.wait()
    assert living(home) != []

    house = up()
    house.wait_until_up()
    assert "had left behind" in house.said
    assert _written(house) == [1, 2]
    assert house.is_ready()
    assert house.stop(signal.SIGHUP) == 0
    assert living(home) == []


def test_an_interrupt_during_the_start_leaves_nothing_behind(up: Up, home: Path) -> None:
    house = up()
    house.wait_until_it_says("Preparing the database")
    assert house.stop(signal.SIGINT) == 0
    assert "Sightline is up" not in house.said
    assert living(home) == []


def _all_new(before: dict[str, int], now: dict[str, int], *, kept: set[str]) -> dict[str, int]:
    is_so = all((now.get(name) == pid) is (name in kept) and name in now for name, pid in before.items())
    return now if is_so else {}


def _write(house: RunningHouse, number: int) -> None:
    with house.connect() as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (number int)")
        connection.execute("INSERT INTO kept VALUES (%s)", [number])


def _written(house: RunningHouse) -> list[object]:
    with house.connect() as connection:
        return [row[0] for row in connection.execute("SELECT number FROM kept ORDER BY number")]

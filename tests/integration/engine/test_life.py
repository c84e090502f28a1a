"""The whole house: up, killed in every part, killed as a whole, and nothing lost."""

import os
import signal
from pathlib import Path

import psutil
import pytest

from tests import prepared
from tests.database import ThrowawayPostgres
from tests.integration.engine.conftest import Up
from tests.integration.engine.running import RunningHouse, living, until

pytestmark = pytest.mark.engine


@pytest.mark.timeout(600)  # three starts of everything, on a machine that may be busy
def test_whatever_is_killed_comes_back_and_what_was_written_stays(up: Up, lived_in: None, home: Path) -> None:
    house = up("--no-demo")
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
    assert second.process.wait(180) == 0
    second.stop()
    assert f"already running at http://localhost:{house.port}" in second.said
    refused = up("--reset")
    assert refused.process.wait(180) == 1

    assert house.stop(signal.SIGTERM) == 0
    assert living(home) == []

    house = up("--no-demo")
    house.wait_until_up()
    assert _written(house) == [1, 2]
    house.process.kill()
    house.process.wait()
    assert living(home) != []

    house = up("--no-demo")
    house.wait_until_up()
    assert "had left behind" in house.said
    assert _written(house) == [1, 2]
    assert house.is_ready()
    assert house.stop(signal.SIGHUP) == 0
    assert living(home) == []


def test_an_interrupt_during_the_start_leaves_nothing_behind(up: Up, home: Path) -> None:
    house = up()
    house.wait_until_it_says("Starting the database")
    assert house.stop(signal.SIGINT) == 0
    assert "Sightline is up" not in house.said
    assert living(home) == []


def test_in_production_a_database_elsewhere_is_used_and_left_running(up: Up, home: Path) -> None:
    prepared.furnish(home)
    with ThrowawayPostgres(like=prepared.postgres()) as elsewhere:
        house = up(
            DATABASE_URL=elsewhere.conninfo(),
            SIGHTLINE_ENV="production",
            SECRET_KEY="only for this test 0123456789 " * 2,
            PUBLIC_URL="https://sightline.example",
            EMAIL_URL="smtp://someone:secret@127.0.0.1:2525",
            EMAIL_FROM="sightline@sightline.example",
        )
        house.wait_until_up()
        assert "Sightline is up: https://sightline.example\n" in house.said
        assert set(house.pids()) == {"web", "waits", "worker", "beat", "front"}
        assert house.is_ready()
        # What the proxy in front of it says, on this same machine, is believed; a name that is not ours is not.
        by_proxy = {"Host": "sightline.example", "X_Forwarded_Proto": "https"}
        status, headers = house.answer("/healthz", **by_proxy)
        assert status == 200
        assert headers["Strict-Transport-Security"].startswith("max-age=63072000")
        assert house.answer("/accounts/login/", Host="evil.example")[0] == 421
        house.process.kill()
        assert elsewhere.answers()


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

"""Real workers on a real server: in peace, and with either of them killed in the middle."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.work.real_house import RealHouse, real_house
from tests.workers import Process, Workers

pytestmark = [pytest.mark.engine, pytest.mark.timeout(600)]

# Long enough for a renewal to be late on a busy machine, short enough to wait for.
QUICK = {"TEST_LEASE_SECONDS": "3", "TEST_LOST_AFTER_SECONDS": "1", "TEST_SWEEP_SECONDS": "0.5"}

House = tuple[RealHouse, Workers]


@pytest.fixture(scope="module")
def _house() -> Iterator[House]:
    with real_house() as both:
        yield both


@pytest.fixture
def house(_house: House) -> Iterator[House]:
    """The house without any worker left from the test before."""
    yield _house
    for process in _house[1].all:
        process.stop()


def lines(process: Process) -> list[dict[str, Any]]:
    """What is just being written is no line yet."""
    written, _, _ = process.said().rpartition("\n")
    return [json.loads(line) for line in written.splitlines() if line.startswith("{")]


def faults(text: str) -> list[str]:
    return [line for line in text.splitlines() if re.search(r"ERROR|FATAL|PANIC|Traceback|\"level\": \"error\"", line)]


def test_start_work_and_stop_leave_no_error_in_any_log(house: House) -> None:
    server, crew = house
    before = len(faults(server.postgres_said()))  # knocking while the server started
    worker, beat = crew.worker(QUICK), crew.beat(QUICK)
    for kind in ("tell", "wait"):
        listener = crew.listener()
        server.ask(kind=kind, subject=listener.address)
        while not listener.hear().startswith("done"):
            pass
        server.wait_until_done(listener.address)
    beat.stop()
    worker.stop()
    assert worker.process.returncode == 0
    assert faults(worker.said()) == []
    assert faults(beat.said()) == []
    assert faults(server.postgres_said())[before:] == []


def test_the_request_id_goes_through_to_the_log_lines_of_the_work(house: House) -> None:
    server, crew = house
    worker = crew.worker()
    listener = crew.listener()
    server.ask(kind="tell", subject=listener.address, request_id="request-of-this-test")
    assert listener.hear().startswith("done")
    worker.stop()
    [line] = [line for line in lines(worker) if line["event"] == "telling"]
    assert line["request_id"] == "request-of-this-test"
    assert line["task"] == "market.work.tasks.run_work"


def test_work_of_a_killed_worker_is_taken_up_again(house: House) -> None:
    server, crew = house
    listener = crew.listener()
    victim = crew.worker(QUICK, concurrency=1)
    server.ask(kind="hold", subject=listener.address)
    first = listener.hear()
    victim.kill()
    crew.beat(QUICK)
    crew.worker(QUICK)
    second = listener.hear()
    assert (first.split()[0], second.split()[0]) == ("begun", "begun")
    assert first != second  # by another process
    listener.allow()
    assert listener.hear() == second.replace("begun", "done")
    assert server.wait_until_done(listener.address)["attempts"] == 2


def test_a_worker_lives_through_the_death_of_its_server(house: House) -> None:
    server, crew = house
    # Here no worker dies: a lease that ran out while the server was away would only have the work begun twice.
    patient = QUICK | {"TEST_LEASE_SECONDS": "300"}
    worker = crew.worker(patient)
    beat = crew.beat(patient)
    during, after = crew.listener(), crew.listener()
    server.ask(kind="hold", subject=during.address)
    assert during.hear().startswith("begun")

    server.kill_postgres()
    server.start_postgres()

    server.ask(kind="tell", subject=after.address)  # the first request after the return, on a pool from before
    assert after.hear().startswith("done")
    during.allow()
    assert during.hear().startswith("done")
    assert server.wait_until_done(during.address)["last_error"] == ""
    assert worker.process.poll() is None
    assert beat.process.poll() is None

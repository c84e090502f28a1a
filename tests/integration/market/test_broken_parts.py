"""Readiness while parts really break: a Postgres that is stopped, one that hangs, and their coming back."""

from collections.abc import Iterator

import pytest

from tests.integration.market.served import WAITS, WEB, Served, until

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def house() -> Iterator[Served]:
    with Served() as served:
        yield served


@pytest.fixture(scope="module")
def ports(house: Served) -> dict[str, int]:
    return {"web": house.serve("web", WEB), "waits": house.serve("waits", WAITS)}


@pytest.mark.parametrize("side", ["web", "waits"])
def test_a_stopped_database_is_out_and_comes_back(house: Served, ports: dict[str, int], side: str) -> None:
    port = ports[side]
    assert house.ask(port, "/readyz").status == 200
    house.stop_database()
    try:
        reply = house.ask(port, "/readyz")
        assert reply.status == 503
        parts = reply.json()["parts"]
        assert (parts["database"]["status"], parts["broker"]["status"]) == ("out", "out")
        assert parts["broker"]["reason"] == "OperationalError"
        assert parts["storage"]["status"] == "ok"
        assert str(house.postgres.sockets).encode() not in reply.body  # how to reach it is nobody's business
        assert house.ask(port, "/healthz").status == 200
    finally:
        house.start_database()
    until(lambda: house.ask(port, "/readyz").status == 200, within=60)


@pytest.mark.parametrize("side", ["web", "waits"])
def test_a_hanging_database_does_not_hang_the_answer(house: Served, ports: dict[str, int], side: str) -> None:
    port = ports[side]
    until(lambda: house.ask(port, "/readyz").status == 200, within=60)
    house.freeze_database()
    try:
        for _ in range(2):
            reply = house.ask(port, "/readyz")  # which fails after 20 s without an answer
            assert reply.status == 503
            database = reply.json()["parts"]["database"]
            assert database["status"] == "out"
            # One of the two workers may still be waiting since the database was stopped: it says so in its own words.
            assert database["reason"] in ("timeout", "OperationalError")
        assert house.ask(port, "/healthz").status == 200
    finally:
        house.thaw_database()
    until(lambda: house.ask(port, "/readyz").status == 200, within=60)


def test_only_changes_are_told_in_the_log(house: Served, ports: dict[str, int]) -> None:
    for _ in range(5):
        house.ask(ports["waits"], "/readyz")
        house.ask(ports["waits"], "/healthz")
    lines = house.lines("waits")
    assert [line for line in lines if line.get("path") in ("/healthz", "/readyz")] == []
    told = [line["event"] for line in lines if line.get("part") == "database"]
    assert told == ["part is out", "part is back"] * (len(told) // 2)

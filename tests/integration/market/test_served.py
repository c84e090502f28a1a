"""Counts, logs and traces of a house that is really served: two WSGI workers, the ASGI process, the task workers."""

import json
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.integration.market.collector import Collector
from tests.integration.market.served import WAITS, WEB, WORKER, Served, until

pytestmark = pytest.mark.engine

TOKEN = "a-token-of-more-than-thirty-two-characters"
_SEND = """
import django, structlog
django.setup()
structlog.contextvars.bind_contextvars(request_id="asked-by-somebody-1")
from market.work.tasks import sweep_work
sweep_work.delay()
"""


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with Collector() as collector:
        yield collector


@pytest.fixture(scope="module")
def house(collector: Collector) -> Iterator[Served]:
    with Served(
        METRICS_TOKEN=TOKEN,
        OTEL_EXPORTER_OTLP_ENDPOINT=collector.url,
        OTEL_EXPORTER_OTLP_HEADERS="x-key=for-the-collector",
        OTEL_BSP_SCHEDULE_DELAY="100",
    ) as served:
        yield served


@pytest.fixture(scope="module")
def web(house: Served) -> int:
    return house.serve("web", WEB)


@pytest.fixture(scope="module")
def waits(house: Served) -> int:
    return house.serve("waits", WAITS)


@pytest.fixture(scope="module")
def worker(house: Served, web: int) -> None:
    house.start("worker", WORKER)
    house.run(["-c", _SEND])
    until(lambda: any("succeeded" in str(line.get("event")) for line in house.lines("worker")), within=60)


def metrics(house: Served, port: int) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    reply = house.ask(port, "/metrics", Authorization=f"Bearer {TOKEN}")
    assert reply.status == 200
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(reply.body.decode())
        for sample in family.samples
    }


def alive(house: Served, port: int) -> float:
    labels = {"server": "wsgi", "method": "GET", "route": "/healthz", "status": "200"}
    return metrics(house, port).get(("sightline_requests_total", tuple(sorted(labels.items()))), 0.0)


class TestCounts:
    def test_all_workers_are_counted_by_whichever_is_asked(self, house: Served, web: int, waits: int) -> None:
        before = alive(house, web)
        for _ in range(120):
            assert house.ask(web, "/healthz").status == 200
        # Ten times over: both workers answer, and they say the same; so does the ASGI process.
        assert {alive(house, web) for _ in range(10)} == {before + 120}
        assert alive(house, waits) == before + 120

    def test_a_killed_worker_leaves_its_counts_and_no_ghosts(self, house: Served, web: int, waits: int) -> None:
        before = alive(house, waits)
        processes = {
            dict(labels)["pid"]
            for (name, labels) in metrics(house, waits)
            if name == "sightline_process_resident_bytes" and dict(labels)["role"] == "web"
        }
        victim = int(processes.pop())
        psutil.Process(victim).send_signal(signal.SIGKILL)
        until(lambda: not psutil.pid_exists(victim) or psutil.Process(victim).status() == "zombie", within=90)
        assert alive(house, waits) == before
        # The system lets go of what it held a moment after it is dead.
        until(lambda: not any(dict(labels).get("pid") == str(victim) for _, labels in metrics(house, waits)), within=90)
        found = metrics(house, waits)
        assert found["sightline_requests_in_flight", (("server", "wsgi"),)] == 0
        until(lambda: house.ask(web, "/healthz").status == 200, within=90)

    def test_tasks_are_counted_where_they_are_run(self, house: Served, worker: None, web: int) -> None:
        task = "market.work.tasks.sweep_work"
        until(
            lambda: (
                metrics(house, web).get(("sightline_tasks_total", (("outcome", "success"), ("task", task))), 0) >= 1
            ),
            within=90,
        )
        found = metrics(house, web)
        assert found["sightline_task_seconds_count", (("task", task),)] >= 1
        roles = {dict(labels)["role"] for name, labels in found if name == "sightline_process_resident_bytes"}
        assert {"web", "worker"} <= roles
        assert found["sightline_work_readable", ()] == 1


class TestLogs:
    def test_every_line_of_every_process_is_one_json_object(
        self, house: Served, web: int, waits: int, worker: None
    ) -> None:
        house.ask(web, "/nowhere")
        for name in ("web", "waits", "worker"):
            lines = house.lines(name)  # which reads each line as JSON
            assert lines
            for line in lines:
                assert {"event", "level", "logger", "timestamp"} <= set(line), line
        assert any(line["logger"] == "_granian" for line in house.lines("web"))
        assert any(line["logger"].startswith("celery") for line in house.lines("worker"))

    @pytest.mark.parametrize(
        ("path", "status"), [("/accounts/login/", 200), ("/nowhere", 404), ("/static/{hashed}", 200)]
    )
    def test_the_callers_request_id_comes_back_and_is_in_the_log(
        self, house: Served, web: int, waits: int, path: str, status: int
    ) -> None:
        address = path.format(hashed=hashed(house))
        for name, port in (("web", web), ("waits", waits)):
            given = f"from-the-caller-{status}-{name}-{path.count('{')}"
            reply = house.ask(port, address, X_Request_Id=given)
            assert (reply.status, reply.headers["x-request-id"]) == (status, given)
            (line,) = [each for each in house.lines(name) if each.get("request_id") == given and "ms" in each]
            assert (line["path"], line["status"]) == (address, status)

    @pytest.mark.parametrize("given", ["short", "with space in it", "x" * 101, "<script>alert(1)</script>"])
    def test_an_unacceptable_request_id_is_replaced(self, house: Served, web: int, given: str) -> None:
        made = house.ask(web, "/healthz", X_Request_Id=given).headers["x-request-id"]
        assert re.fullmatch(r"[0-9a-f]{32}", made)

    def test_an_error_is_one_line_with_its_traceback_and_its_request_id(self, house: Served, web: int) -> None:
        # A session that must be looked up in a table that is away for a moment.
        house.execute("ALTER TABLE django_session RENAME TO away")
        try:
            reply = house.ask(web, "/accounts/login/", Cookie=f"session={'s' * 32}", X_Request_Id="this-one-will-break")
        finally:
            house.execute("ALTER TABLE away RENAME TO django_session")
        assert (reply.status, reply.headers["x-request-id"]) == (500, "this-one-will-break")
        assert b"Traceback" not in reply.body
        lines = [each for each in house.lines("web") if each.get("request_id") == "this-one-will-break"]
        (broken,) = [each for each in lines if "exception" in each]
        assert broken["exception"].startswith("Traceback (most recent call last)")
        assert "UndefinedTable" in broken["exception"]
        assert [each["status"] for each in lines if "ms" in each] == [500]

    def test_no_secret_of_a_request_is_in_any_log(self, house: Served, web: int, waits: int) -> None:
        for port in (web, waits):
            house.ask(
                port,
                "/nowhere?signature=SEKRET1&email=someone@example.com",
                Authorization="Bearer sl_live_SEKRET2",
                Cookie="session=SEKRET3",
            )
            house.ask(port, "/metrics", Authorization="Bearer SEKRET4-of-somebody")
        for name in ("web", "waits"):
            text = house.log(name).read_text()
            assert "/nowhere" in text
            assert "SEKRET" not in text
            assert "someone@" not in text
            assert TOKEN not in text

    def test_the_request_id_goes_through_to_the_task(self, house: Served, worker: None) -> None:
        lines = [line for line in house.lines("worker") if line.get("task") == "market.work.tasks.sweep_work"]
        assert {line["request_id"] for line in lines} >= {"asked-by-somebody-1"}


class TestTraces:
    def test_a_request_its_queries_and_its_log_line_share_a_trace(
        self, house: Served, web: int, waits: int, collector: Collector
    ) -> None:
        for name, port, role in (("web", web, "web"), ("waits", waits, "waits")):
            given = f"a-traced-request-{name}"
            house.ask(port, "/accounts/login/?signature=SEKRET", Cookie=f"session={'q' * 32}", X_Request_Id=given)
            (line,) = [each for each in house.lines(name) if each.get("request_id") == given and "ms" in each]

            def spans(trace: str = line["trace_id"]) -> list[Any]:
                return [span for span in collector.spans if span.trace_id == trace]

            until(lambda spans=spans: any("SELECT" in span.name for span in spans()), within=90)  # type: ignore[misc]
            until(lambda spans=spans: any("accounts/login" in span.name for span in spans()), within=90)  # type: ignore[misc]
            (request,) = [span for span in spans() if "accounts/login" in span.name]
            assert request.resource["service.name"] == "sightline"
            assert request.resource["sightline.role"] == role
            assert "SEKRET" not in str(spans())
            assert "127.0.0.1" not in str([value for key, value in request.attributes.items() if "peer" in key])
            assert "qqqq" not in str(spans())  # no query's values

    def test_a_task_continues_the_trace_of_who_sent_it(self, house: Served, worker: None, collector: Collector) -> None:
        until(lambda: any(span.name == "run/market.work.tasks.sweep_work" for span in collector.spans), within=90)
        (line,) = [
            each
            for each in house.lines("worker")
            if each.get("request_id") == "asked-by-somebody-1" and "succeeded" in each["event"]
        ]
        (run,) = [span for span in collector.spans if span.name == "run/market.work.tasks.sweep_work"]
        assert run.resource["sightline.role"] == "worker"
        assert line["trace_id"] == run.trace_id

    def test_the_collectors_headers_are_sent(self, web: int, house: Served, collector: Collector) -> None:
        house.ask(web, "/nowhere")
        until(lambda: bool(collector.headers), within=90)
        assert all(headers["x-key"] == "for-the-collector" for headers in collector.headers)


def hashed(house: Served) -> str:
    manifest = json.loads((Path(house.home) / "static" / "staticfiles.json").read_text())
    return str(next(name for plain, name in sorted(manifest["paths"].items()) if plain.endswith(".js")))

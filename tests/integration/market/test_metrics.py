"""/metrics: who may ask, and what is counted. With several processes: test_served.py."""

import os
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.test import AsyncClient, Client
from django.utils import timezone
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from market.config import config
from market.metrics import registry
from market.metrics.collectors import Work as WorkCollector
from market.metrics.collectors import work_question
from market.work.models import Work

TOKEN = "a-token-of-more-than-thirty-two-characters"


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setitem(config.__dict__, "metrics_token", SecretStr(TOKEN))
    return TOKEN


def samples(client: Client, **extra: Any) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    response = client.get("/metrics", **extra)
    assert response.status_code == 200, response.content
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(response.content.decode())
        for sample in family.samples
    }


def counted_here() -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """What this process alone has counted: the tests' other processes count in the same folder."""
    files = [str(file) for file in registry.folder.path.glob(f"*_{registry._names[os.getpid()]}.db")]
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for metric in MultiProcessCollector.merge(files)  # type: ignore[no-untyped-call]
        for sample in metric.samples
    }


def of(found: dict[Any, float], name: str, **labels: str) -> float:
    return found.get((name, tuple(sorted(labels.items()))), 0.0)


@pytest.mark.django_db
class TestWhoMayAsk:
    def test_this_machine_without_a_token_in_development(self, client: Client) -> None:
        assert client.get("/metrics").status_code == 200
        assert client.get("/metrics", REMOTE_ADDR="", HTTP_X_FORWARDED_FOR="127.0.0.1").status_code == 200

    @pytest.mark.parametrize(
        "seen",
        [
            {"REMOTE_ADDR": "203.0.113.9"},
            {"REMOTE_ADDR": "", "HTTP_X_FORWARDED_FOR": "203.0.113.9"},
            {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "127.0.0.1, 203.0.113.9"},
            {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.9, 127.0.0.1"},
            {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "unknown"},
        ],
    )
    def test_nobody_else_in_development(self, client: Client, seen: dict[str, Any]) -> None:
        assert client.get("/metrics", **seen).status_code == 404

    def test_nobody_in_production_without_a_token(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(config.__dict__, "sightline_env", "production")
        assert client.get("/metrics").status_code == 404

    def test_whoever_has_the_token_from_anywhere(self, client: Client, token: str) -> None:
        headers: dict[str, Any] = {"HTTP_AUTHORIZATION": f"Bearer {token}", "REMOTE_ADDR": "203.0.113.9"}
        assert client.get("/metrics", **headers).status_code == 200

    @pytest.mark.parametrize(
        "given", [None, "", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN} ", "Bearer \xff"]
    )
    def test_nobody_with_another_one(self, client: Client, token: str, given: str | None) -> None:
        headers: dict[str, Any] = {} if given is None else {"HTTP_AUTHORIZATION": given}
        response = client.get("/metrics", **headers)
        assert response.status_code == 401
        assert response["WWW-Authenticate"].startswith("Bearer")
        assert b"sightline_" not in response.content


@pytest.mark.django_db
def test_requests_are_counted_by_route_and_not_by_address(client: Client) -> None:
    client.get("/healthz")
    before = counted_here()
    for path in ("/healthz", "/healthz", "/nowhere/1", "/nowhere/2", "/accounts/login/"):
        client.get(path)
    client.generic("BREW", "/healthz")
    after = counted_here()

    def more(**labels: str) -> float:
        name = "sightline_requests_total"
        return of(after, name, server="wsgi", **labels) - of(before, name, server="wsgi", **labels)

    assert more(method="GET", route="/healthz", status="200") == 2
    assert more(method="other", route="/healthz", status="200") == 1
    assert more(method="GET", route="(none)", status="404") == 2
    assert more(method="GET", route="/accounts/login/", status="200") == 1
    assert not any("nowhere" in str(key) for key in samples(client))
    name = "sightline_request_seconds_count"
    assert of(after, name, server="wsgi", route="/healthz") - of(before, name, server="wsgi", route="/healthz") == 3
    assert of(after, "sightline_requests_in_flight", server="wsgi") == 0
    assert of(samples(client), "sightline_requests_in_flight", server="wsgi") >= 1  # this very one


@pytest.mark.django_db
def test_the_asynchronous_side_counts_for_itself(async_client: AsyncClient, client: Client) -> None:
    client.get("/healthz")
    before = counted_here()
    async_to_sync(async_client.get)("/healthz")
    after = counted_here()
    labels = {"server": "asgi", "method": "GET", "route": "/healthz", "status": "200"}
    assert of(after, "sightline_requests_total", **labels) - of(before, "sightline_requests_total", **labels) == 1
    assert of(after, "sightline_requests_in_flight", server="asgi") == 0


@pytest.mark.django_db(transaction=True)
def test_work_is_told_by_kind_with_the_age_of_the_oldest(client: Client) -> None:
    now = timezone.now()
    for number, (kind, due_at, changes) in enumerate(
        [
            ("verify", now - timedelta(seconds=90), {}),
            ("verify", now - timedelta(seconds=30), {}),
            ("verify", now + timedelta(hours=1), {}),
            ("verify", now - timedelta(hours=1), {"done_at": now}),
            ("verify", now - timedelta(hours=1), {"given_up_at": now}),
            ("payout", now + timedelta(hours=1), {}),
        ]
    ):
        Work.objects.create(kind=kind, subject=str(number), due_at=due_at, **changes)
    found = samples(client)
    assert of(found, "sightline_work_readable") == 1
    assert of(found, "sightline_work_open", kind="verify") == 3
    assert of(found, "sightline_work_due", kind="verify") == 2
    assert of(found, "sightline_work_given_up", kind="verify") == 1
    assert 89 <= of(found, "sightline_work_oldest_due_seconds", kind="verify") < 150
    assert of(found, "sightline_work_open", kind="payout") == 1
    assert of(found, "sightline_work_oldest_due_seconds", kind="payout") == 0


@pytest.mark.django_db(transaction=True)
def test_metrics_are_answered_when_the_work_cannot_be_read(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE work_work RENAME TO work_elsewhere")
    try:
        found = samples(client)
        assert of(found, "sightline_work_readable") == 0
        assert any(name == "sightline_requests_total" for name, _ in found)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE work_elsewhere RENAME TO work_work")
    assert of(samples(client), "sightline_work_readable") == 1


@pytest.mark.django_db
def test_the_count_of_work_is_one_query(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        work_question._ask()
    assert next(WorkCollector().collect()).name == "sightline_work_readable"


@pytest.mark.django_db
def test_process_pool_and_build_are_told(client: Client) -> None:
    samples(client)
    found = samples(client)
    names = {name for name, _ in found}
    assert {"sightline_process_resident_bytes", "sightline_process_cpu_seconds_total"} <= names
    assert {"sightline_database_pool_connections", "sightline_database_pool_waiting"} <= names
    (build,) = [dict(labels) for name, labels in found if name == "sightline_build_info"]
    assert build["version"] == "0.1.0"
    assert build["django"].startswith("5.2")
    assert set(build) == {"version", "revision", "python", "django"}

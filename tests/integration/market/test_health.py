"""Alive and ready, asked of the views themselves. With real parts that really break: test_broken_parts.py."""

import os
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient, Client, override_settings

from market.celery import app
from market.health import views
from market.health.asking import Question
from market.health.parts import QUESTIONS


@pytest.fixture(autouse=True)
def _nothing_known() -> Iterator[None]:
    views._out.clear()
    yield
    views._out.clear()


@pytest.mark.django_db
def test_every_part_is_named_when_all_is_well(client: Client) -> None:
    response = client.get("/readyz")
    assert response.status_code == 200
    said = response.json()
    assert said["status"] == "ready"
    assert {name: part["status"] for name, part in said["parts"].items()} == {
        "database": "ok",
        "broker": "ok",
        "storage": "ok",
    }
    assert all(part["ms"] >= 0 and "reason" not in part for part in said["parts"].values())
    assert response["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_the_asynchronous_side_answers_the_same(async_client: AsyncClient) -> None:
    ask = async_to_sync(async_client.get)
    ready, alive = ask("/readyz"), ask("/healthz")
    assert (ready.status_code, ready.json()["status"]) == (200, "ready")
    assert (alive.status_code, alive.json()) == (200, {"status": "alive"})


def test_alive_asks_no_database(client: Client) -> None:
    # No database mark: touching one would fail here.
    assert client.get("/healthz").json() == {"status": "alive"}


@pytest.mark.django_db
def test_a_broker_that_is_out_is_named_without_its_password(
    client: Client, monkeypatch: pytest.MonkeyPatch, unused_port: int
) -> None:
    # In this order: what is written to follows the other, and is put back to what it was before both.
    monkeypatch.setattr(app.conf, "broker_write_url", f"amqp://user:sekret@127.0.0.1:{unused_port}//")
    monkeypatch.setattr(app.conf, "broker_url", f"amqp://user:sekret@127.0.0.1:{unused_port}//")
    response = client.get("/readyz")
    assert response.status_code == 503
    parts = response.json()["parts"]
    assert (parts["broker"]["status"], parts["database"]["status"]) == ("out", "ok")
    assert parts["broker"]["reason"].isidentifier()
    assert "sekret" not in response.content.decode()
    monkeypatch.undo()
    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_queue_that_was_never_installed_is_out(client: Client) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ALTER SCHEMA pgmq RENAME TO elsewhere")
    try:
        parts = client.get("/readyz").json()["parts"]
        assert (parts["broker"]["status"], parts["broker"]["reason"]) == ("out", "UndefinedTable")
        assert parts["database"]["status"] == "ok"
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER SCHEMA elsewhere RENAME TO pgmq")
    assert client.get("/readyz").status_code == 200


@pytest.fixture
def media() -> Iterator[Path]:
    # Not tmp_path, which only its owner may enter.
    with tempfile.TemporaryDirectory(prefix="sightline-media-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        folder = Path(name) / "media"
        folder.mkdir()
        files = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(folder)}}
        static = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
        with override_settings(STORAGES={"default": files, "staticfiles": static}):
            yield folder


@pytest.mark.django_db
def test_a_missing_media_folder_is_out_and_not_made_anew(client: Client, media: Path) -> None:
    media.rmdir()
    part = client.get("/readyz").json()["parts"]["storage"]
    assert (part["status"], part["reason"]) == ("out", "NotADirectoryError")
    assert not media.exists()
    media.mkdir()
    assert client.get("/readyz").json()["parts"]["storage"]["status"] == "ok"


@pytest.mark.django_db
def test_a_read_only_media_folder_is_out(client: Client, media: Path) -> None:
    client.get("/healthz")  # so that everything is loaded by a user who may read it
    media.chmod(0o555)
    is_root = os.geteuid() == 0
    if is_root:  # nothing is read-only for root
        os.seteuid(65534)
    try:
        part = client.get("/readyz").json()["parts"]["storage"]
        assert (part["status"], part["reason"]) == ("out", "PermissionError")
    finally:
        if is_root:
            os.seteuid(0)
    media.chmod(0o777)
    assert client.get("/readyz").json()["parts"]["storage"]["status"] == "ok"
    assert [file for file in media.rglob("*") if file.is_file()] == []


@pytest.mark.django_db
def test_a_part_that_hangs_does_not_hang_the_answer(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    let_go = threading.Event()
    asked: list[int] = []
    waited_in_vain: list[int] = []

    def hang() -> None:
        asked.append(1)
        if not let_go.wait(60):
            waited_in_vain.append(1)

    monkeypatch.setattr(views, "PATIENCE_SECONDS", 0.2)
    monkeypatch.setitem(QUESTIONS, "storage", Question(hang))
    for _ in range(5):
        response = client.get("/readyz")
        assert response.json()["parts"]["storage"] | {"ms": 0} == {"status": "out", "ms": 0, "reason": "timeout"}
    assert len(asked) == 1  # one thread hangs, not five
    assert waited_in_vain == []  # and was hanging all the while
    let_go.set()
    deadline = time.monotonic() + 60
    while client.get("/readyz").status_code != 200:
        assert time.monotonic() < deadline


def test_the_time_told_is_the_time_it_took() -> None:
    assert Question(lambda: threading.Event().wait(0.05)).ask().ms >= 50


def test_what_hangs_for_long_is_asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    let_go = threading.Event()
    seconds = iter([60.0, 0.0])
    question = Question(lambda: let_go.wait(next(seconds)))
    assert question.ask(0.01).fault == "timeout"
    monkeypatch.setattr("market.health.asking._LOST_SECONDS", 0.0)
    assert question.ask(10).ok
    let_go.set()

"""Celery's settings: what each kind of broker is told, and what holds for all."""

import re
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from market import broker

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.parametrize(
    "url", ["pgmq://localhost//", "redis://cache/0", "rediss://cache/0", "sentinel://cache:26379", "sqs://key:secret@"]
)
def test_a_message_stays_hidden_for_longer_than_the_longest_task(url: str) -> None:
    assert broker._options(url)["visibility_timeout"] > broker.task_time_limit


def test_rabbitmq_confirms_that_it_has_a_message() -> None:
    assert broker._options("amqp://rabbit//") == {"confirm_publish": True}


def test_messages_do_not_wait_for_the_disk_and_keep_what_else_was_asked_for() -> None:
    words = conninfo_to_dict(broker.pgmq_conninfo({"host": "/run/a socket", "dbname": "x", "options": "-c a=b"}))
    assert words["host"] == "/run/a socket"
    assert words["options"] == "-c a=b -c synchronous_commit=off"


def test_who_only_sends_does_not_listen() -> None:
    assert broker._options("pgmq://localhost//")["use_notify"] is False


def test_a_task_is_acknowledged_when_it_is_done_and_not_before() -> None:
    assert broker.task_acks_late
    assert broker.task_reject_on_worker_lost


def test_redis_can_be_the_broker_as_it_is_installed() -> None:
    assert re.search(r"^redis==", (ROOT / "requirements" / "runtime.txt").read_text(), re.MULTILINE)

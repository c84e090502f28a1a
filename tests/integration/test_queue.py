"""The queue inside Postgres: the script that made it, and what the transport needs of it."""

import psycopg
import pytest
from django.db import connection
from pgmq.install import get_embedded_sql_version

from market.celery import app
from market.events import wakeups


def test_the_queue_is_the_one_the_migration_was_written_for() -> None:
    """When this fails the pin has moved: write a migration with what is new in the script, then change this number."""
    assert get_embedded_sql_version() == "1.13.0"


@pytest.mark.django_db
def test_a_message_to_a_topic_nobody_subscribed_to_is_no_error() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pgmq.send_topic(routing_key => 'a.b', msg => '{}'::jsonb, headers => '{}'::jsonb)")
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db(transaction=True)
def test_a_process_that_sends_tasks_leaves_no_listening_connection_behind() -> None:
    app.send_task("market.work.tasks.sweep_work")
    with psycopg.connect(wakeups.conninfo()) as own:
        listening = own.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query ILIKE 'LISTEN %pgmq%'"
        ).fetchone()
        sending = own.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND application_name = 'sightline queue'"
        ).fetchone()
    assert listening == (0,)
    assert sending is not None
    assert sending[0] >= 1


def test_every_task_that_beat_calls_is_there() -> None:
    app.loader.import_default_modules()
    called = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert called - set(app.tasks) == set()

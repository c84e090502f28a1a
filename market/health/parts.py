"""The parts that must work for the house to be ready, each with its own question to it."""

from pathlib import Path
from uuid import uuid4

import psycopg
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, storages
from django.db import connection

from market.celery import app
from market.health.asking import PATIENCE_SECONDS, Question


def database() -> None:
    """Through the pool, as every request does: a pool that is used up is as bad as a server that is gone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def broker() -> None:
    if app.conf.broker_url.startswith("pgmq:"):
        # Its transport opens a pool for every connection and waits half a minute for a server that is gone.
        options = app.conf.broker_transport_options
        with psycopg.connect(options["conn_string"], connect_timeout=int(PATIENCE_SECONDS)) as queue:
            queue.execute("SELECT queue_name FROM pgmq.meta LIMIT 1")
        return
    with app.connection_for_write() as broker_connection:
        broker_connection.connect_timeout = PATIENCE_SECONDS
        broker_connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0)


def storage() -> None:
    media = storages["default"]
    # A missing folder would be made anew, on whatever disk lies below the one that is missing.
    if isinstance(media, FileSystemStorage) and not Path(media.location).is_dir():
        raise NotADirectoryError(media.location)
    name = media.save(f"health/{uuid4().hex}", ContentFile(b"ready"))
    media.delete(name)


QUESTIONS = {"database": Question(database), "broker": Question(broker), "storage": Question(storage)}

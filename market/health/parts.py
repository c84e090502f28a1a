"""The parts that must work for the house to be ready, each with its own question to it."""

from pathlib import Path
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection

from market.celery import app


def database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def broker() -> None:
    with app.connection_for_write() as broker_connection:
        broker_connection.ensure_connection(max_retries=1, timeout=2)


def storage() -> None:
    name = default_storage.save(str(Path("health") / uuid4().hex), ContentFile(b"ready"))
    default_storage.delete(name)


PARTS = {"database": database, "broker": broker, "storage": storage}

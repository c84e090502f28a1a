"""Fixtures for every test. What has to be there before Django is, stands in tests/world.py."""

from collections.abc import Iterator
from typing import cast

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.db.backends.postgresql.base import DatabaseWrapper
from hypothesis import settings

from market.broker import pgmq_conninfo
from market.celery import app
from market.config import config
from market.events import wakeups
from tests import prepared, static_files
from tests.flush import empty_append_only_tables

# A busy machine is slow now and then: that is nothing that a test should fail by.
settings.register_profile("sightline", deadline=None)
settings.load_profile("sightline")

# Innermost: what a view answers, before anything else is put around it.
django_settings.MIDDLEWARE.append("tests.answers.held_against_the_document")


@pytest.fixture(scope="session", autouse=True)
def _static_files() -> Iterator[None]:
    with static_files.looked_at_once():
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """Each process of a run tests in a copy of one migrated database."""
    connection.settings_dict["TEST"]["TEMPLATE"] = prepared.database()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """The queue is in the same database as everything else: in a test, in the test's database."""
    name = str(connection.settings_dict["NAME"])
    app.conf.broker_transport_options["conn_string"] = pgmq_conninfo({**config.database, "dbname": name})
    with empty_append_only_tables():
        yield
    # Open connections would keep the test database from being dropped.
    wakeups.close()
    app.pool.force_close_all()
    cast(DatabaseWrapper, connection).close_pool()

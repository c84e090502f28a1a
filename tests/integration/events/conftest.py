"""An account to tell things to, and connections of one's own to tell them from."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime

import psycopg
import pytest
from django.db import transaction

from market.accounts.models import Account
from market.events import wakeups
from market.events.operations import append
from market.ids import new_id

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
INSERT = "INSERT INTO events_event (id, account_id, mode, type, data, at) VALUES (%s, %s, 'test', %s, '{}', now())"

Tell = Callable[..., None]


@pytest.fixture
def account(request: pytest.FixtureRequest) -> Account:
    request.getfixturevalue("transactional_db" if "committed" in request.fixturenames else "db")
    return Account.objects.create(kind="agent", mode="test")


@pytest.fixture
def committed(transactional_db: None) -> None:
    """Other connections see what the test writes."""


@pytest.fixture
def other_connection() -> Iterator[Callable[[], psycopg.Connection]]:
    with ExitStack() as stack:
        yield lambda: stack.enter_context(psycopg.connect(wakeups.conninfo()))


def tell(account: Account, type_: str) -> None:
    with transaction.atomic():
        append(account_id=account.id, type=type_, data={}, at=AT)


def tell_from(connection: psycopg.Connection, account: Account, type_: str) -> None:
    """Append on another connection, whose transaction stays open."""
    connection.execute(INSERT, [new_id(), account.id, type_])

"""People and agents for tests, made by the same operations that the doors call."""

from datetime import UTC, datetime
from itertools import count

from market.accounts import operations
from market.accounts.audit import CONSOLE
from market.accounts.models import Mode, Operator, Scout, User
from market.accounts.operations import NewAgent

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
_numbers = count(1)


def make_user(email: str | None = None) -> User:
    return User.objects.create_user(email or f"person{next(_numbers)}@example.org")


def make_agent(name: str = "Bakery watcher", *, at: datetime = NOON) -> NewAgent:
    return operations.create_agent(name=name, at=at)


def make_scout(mode: Mode = Mode.TEST, *, at: datetime = NOON) -> Scout:
    return operations.become_scout(user=make_user(), mode=mode, at=at)


def make_operator(*, at: datetime = NOON) -> Operator:
    return operations.appoint_operator(user=make_user(), by=CONSOLE, reason="a test", at=at)

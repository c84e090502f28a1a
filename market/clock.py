"""Time. Operations are handed their moment as `at`; only doors, tasks and commands ask for it here."""

from datetime import UTC, datetime


def now() -> datetime:
    return datetime.now(UTC)

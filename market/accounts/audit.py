"""Writing the audit. Called inside the transaction of what it tells of: a change without its line cannot be."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from market.accounts.models import Audit, User


@dataclass(frozen=True)
class Actor:
    """Who did it, as far as we know."""

    by: Audit.By
    id: UUID | None = None

    @classmethod
    def user(cls, user: User) -> Self:
        return cls(Audit.By.USER, user.id)

    @classmethod
    def key(cls, key_id: UUID) -> Self:
        return cls(Audit.By.KEY, key_id)


STRANGER = Actor(Audit.By.ADDRESS)
CONSOLE = Actor(Audit.By.CONSOLE)


def record(
    *,
    action: Audit.Action,
    by: Actor,
    subject_id: UUID,
    at: datetime,
    reason: str = "",
    facts: dict[str, object] | None = None,
) -> None:
    Audit.objects.create(
        at=at, action=action, by=by.by, by_id=by.id, subject_id=subject_id, reason=reason, facts=facts or {}
    )

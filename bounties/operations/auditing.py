"""One row for each act of our staff; nothing is done without a reason."""

from datetime import datetime
from uuid import UUID

from bounties.models import OperatorAction
from bounties.text import plain
from market.accounts.models import Operator


def audit(operator: Operator, action: str, subject_id: UUID, reason: str, *, at: datetime) -> str:
    """Answers the reason as it may be shown."""
    text = plain(reason, param="/reason", most=2_000, lines=True)
    OperatorAction.objects.create(
        operator_id=operator.pk, action=action, subject_id=subject_id, reason=text, acted_at=at
    )
    return text

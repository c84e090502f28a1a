"""Closing dispute windows: what was pending becomes available. Called by the sweep; doing it twice changes nothing."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from bounties.operations import judging
from bounties.operations.changing import record
from bounties.operations.locking import lock_award
from bounties.states import AwardState


@transaction.atomic
def settle(*, award_id: UUID, at: datetime) -> None:
    change, submission, award = lock_award(award_id, at=at, passing=True)
    if award.state == AwardState.PENDING and award.settles_at <= change.now:
        judging.settle(change, award, submission)
        record(change)

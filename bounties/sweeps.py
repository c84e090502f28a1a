"""Everything that time does, looked for in rows. Never done by a read.

A sweep finds what is due and has it done one by one, each in a transaction of its own: what one thing breaks, the next
does not feel. Two sweeps at once are two hands: what one holds, the other passes by. What a crash left is found again.

Whose clock: a bounty and everything below it (screening, window, claims, uploads, reviews, dispute windows, disputes)
go by its buyer's clock, and by no other. All their moments are stored in that time. So in test mode an agent that moves
its clock forward sees its own bounties' claims expire, its silence fall and its awards settle, whoever the scouts
are; and a scout's moved clock changes nothing on anybody's bounty. What is the scout's alone, the payouts, goes by the
scout's clock (market/payments). In live mode no clock can be moved: the database refuses it.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

import structlog
from django.db.models import DateTimeField, ExpressionWrapper, F, Q, QuerySet, Value

from bounties.models import Award, Bounty, Claim, Dispute, Submission
from bounties.models.bounty import RUNNING
from bounties.operations.expiring import expire_bounty, expire_claim
from bounties.operations.locking import SomebodyElseIsAtIt
from bounties.operations.reviewing import fall_silent
from bounties.operations.ruling import rule_by_default
from bounties.operations.settling import settle
from bounties.states import DISPUTE_RUNS, AwardState, ClaimState, SubmissionState

log = structlog.get_logger(__name__)

BATCH = 500
FOR_ONE_ACCOUNT = 100  # somebody waits for the answer
ZERO = timedelta()


def sweep_claims(*, at: datetime, most: int = BATCH, of: UUID | None = None) -> int:
    due = _due(Claim.objects.filter(state=ClaimState.LIVE), "expires_at", at=at, most=most, of=of)
    return _each(due, lambda id_: expire_claim(claim_id=id_, at=at))


def sweep_bounties(*, at: datetime, most: int = BATCH, of: UUID | None = None) -> int:
    due = _due(Bounty.objects.filter(state__in=RUNNING), "due_at", at=at, most=most, of=of, buyer="buyer")
    return _each(due, lambda id_: expire_bounty(bounty_id=id_, at=at))


def sweep_reviews(*, at: datetime, most: int = BATCH, of: UUID | None = None) -> int:
    due = _due(Submission.objects.filter(state=SubmissionState.IN_REVIEW), "review_due_at", at=at, most=most, of=of)
    return _each(due, lambda id_: fall_silent(submission_id=id_, at=at))


def sweep_disputes(*, at: datetime, most: int = BATCH, of: UUID | None = None) -> int:
    due = _due(Dispute.objects.filter(state__in=DISPUTE_RUNS), "rule_by", at=at, most=most, of=of)
    return _each(due, lambda id_: rule_by_default(dispute_id=id_, at=at))


def sweep_awards(*, at: datetime, most: int = BATCH, of: UUID | None = None) -> int:
    due = _due(Award.objects.filter(state=AwardState.PENDING), "settles_at", at=at, most=most, of=of)
    return _each(due, lambda id_: settle(award_id=id_, at=at))


class Sweep(Protocol):
    def __call__(self, *, at: datetime, most: int = BATCH, of: UUID | None = None) -> int:
        """`of`: only what goes by this buyer's clock."""
        ...


# In this order: what an earlier one does may make something due for a later one.
SWEEPS: tuple[Sweep, ...] = (sweep_claims, sweep_reviews, sweep_disputes, sweep_bounties, sweep_awards)


def sweep_everything(*, at: datetime) -> int:
    """Until nothing is due any more: what silence accepts may settle at once."""
    total = 0
    while done := sum(sweep(at=at) for sweep in SWEEPS):
        total += done
    return total


def sweep_account(*, buyer_id: UUID, at: datetime, most: int = FOR_ONE_ACCOUNT) -> int:
    """What is due by the clock of one buyer, who has just moved it. More than `most` is left to the others."""
    total = 0
    while total < most and (done := sum(sweep(at=at, most=most, of=buyer_id) for sweep in SWEEPS)):
        total += done
    return total


def _due(
    rows: "QuerySet[Any]",
    field: str,
    *,
    at: datetime,
    most: int,
    of: UUID | None = None,
    buyer: str = "bounty__buyer",
) -> list[UUID]:
    """Ids of what is due, the longest overdue first. Two questions, so that each can use its index."""
    if of is not None:
        rows = rows.filter(**{f"{buyer}_id": of})
    by_wall_clock = rows.filter(**{f"{field}__lte": at}).order_by(field).values_list("pk", flat=True)
    theirs = ExpressionWrapper(Value(at) + F(f"{buyer}__clock_ahead"), output_field=DateTimeField())
    by_moved_clock = (
        rows.filter(Q(**{f"{field}__gt": at}), mode="test", **{f"{buyer}__clock_ahead__gt": ZERO})
        .filter(**{f"{field}__lte": theirs})
        .order_by(field)
        .values_list("pk", flat=True)
    )
    found = list(by_wall_clock[:most])
    return found + list(by_moved_clock[: most - len(found)])


def _each(due: list[UUID], do: Callable[[UUID], None]) -> int:
    done = 0
    for id_ in due:
        try:
            do(id_)
        except SomebodyElseIsAtIt:
            continue
        except Exception:  # one broken row must not keep time from passing for all others
            log.exception("a sweep left something undone", id=str(id_))
            continue
        done += 1
    return done

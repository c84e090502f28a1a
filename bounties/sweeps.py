"""Everything that time does, looked for in rows. Never done by a read.

A sweep finds what is due and has it done one by one, each in a transaction of its own: what one thing breaks, the next
does not feel. What is plain and comes in crowds is done together first, and what that could not do, alone. Two sweeps
at once are two hands: what one holds, the other passes by. What a crash left is found again.

Whose clock: a bounty and everything below it (screening, window, claims, uploads, reviews, dispute windows, disputes)
go by its buyer's clock, and by no other. All their moments are stored in that time. So in test mode an agent that moves
its clock forward sees its own bounties' claims expire, its silence fall and its awards settle, whoever the scouts
are; and a scout's moved clock changes nothing on anybody's bounty. What is the scout's alone, the payouts, goes by the
scout's clock (market/payments). In live mode no clock can be moved: the database refuses it.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db.models import DateTimeField, ExpressionWrapper, F, Q, QuerySet, Value

from bounties.models import Award, Bounty, Claim, Dispute, Submission
from bounties.models.bounty import RUNNING
from bounties.operations.expiring import expire_bounty, expire_claim
from bounties.operations.expiring_together import expire_unclaimed
from bounties.operations.locking import SomebodyElseIsAtIt
from bounties.operations.reviewing import fall_silent
from bounties.operations.ruling import rule_by_default
from bounties.operations.settling import settle
from bounties.states import DISPUTE_RUNS, AwardState, ClaimState, SubmissionState

log = structlog.get_logger(__name__)

BATCH = 500
FOR_ONE_ACCOUNT = 100  # one by one: somebody waits for the answer
ZERO = timedelta()


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """What is due once the moment in `field` has come, and what is done with each."""

    name: str
    rows: "QuerySet[Any]"
    field: str
    do: Callable[[UUID, datetime], object]
    buyer: str = "bounty__buyer"
    together: Callable[[list[UUID], datetime], set[UUID]] | None = None  # does which it can, and says which

    def __call__(self, *, at: datetime, most: int = BATCH, alone: int = BATCH, of: UUID | None = None) -> int:
        """`of`: only what goes by this buyer's clock. `alone`: no more than so many that cannot be done together."""
        due: list[UUID] = []
        for rows in self.due(at=at, of=of):
            due += rows.order_by(self.field).values_list("pk", flat=True)[: most - len(due)]
        done = self.together(due, at) if self.together and len(due) > 1 else set()
        left = [id_ for id_ in due if id_ not in done]
        return len(done) + _each(left[:alone], lambda id_: self.do(id_, at))

    def due(self, *, at: datetime, of: UUID | None = None) -> "tuple[QuerySet[Any], QuerySet[Any]]":
        """By everybody's clock, and by clocks that were moved: two questions, so that each can use its index."""
        rows = self.rows if of is None else self.rows.filter(**{f"{self.buyer}_id": of})
        theirs = ExpressionWrapper(Value(at) + F(f"{self.buyer}__clock_ahead"), output_field=DateTimeField())
        moved = rows.filter(Q(**{f"{self.field}__gt": at}), mode="test", **{f"{self.buyer}__clock_ahead__gt": ZERO})
        return rows.filter(**{f"{self.field}__lte": at}), moved.filter(**{f"{self.field}__lte": theirs})


def _expire_together(due: list[UUID], at: datetime) -> set[UUID]:
    """One buyer's in one transaction."""
    by_buyer = defaultdict[UUID, list[UUID]](list)
    for id_, buyer_id in Bounty.objects.filter(pk__in=due).values_list("pk", "buyer_id"):
        by_buyer[buyer_id].append(id_)
    done: set[UUID] = set()
    for buyer_id, ids in by_buyer.items():
        try:
            done |= expire_unclaimed(buyer_id=buyer_id, bounty_ids=ids, at=at) if len(ids) > 1 else set()
        except Exception:  # which of them is broken, is found out one by one
            log.warning("bounties could not be expired together", buyer=str(buyer_id), exc_info=True)
    return done


sweep_claims = Sweep(
    name="claims",
    rows=Claim.objects.filter(state=ClaimState.LIVE),
    field="expires_at",
    do=lambda id_, at: expire_claim(claim_id=id_, at=at),
)
sweep_bounties = Sweep(
    name="bounties",
    rows=Bounty.objects.filter(state__in=RUNNING),
    field="due_at",
    do=lambda id_, at: expire_bounty(bounty_id=id_, at=at),
    buyer="buyer",
    together=_expire_together,
)
sweep_reviews = Sweep(
    name="reviews",
    rows=Submission.objects.filter(state=SubmissionState.IN_REVIEW),
    field="review_due_at",
    do=lambda id_, at: fall_silent(submission_id=id_, at=at),
)
sweep_disputes = Sweep(
    name="disputes",
    rows=Dispute.objects.filter(state__in=DISPUTE_RUNS),
    field="rule_by",
    do=lambda id_, at: rule_by_default(dispute_id=id_, at=at),
)
sweep_awards = Sweep(
    name="awards",
    rows=Award.objects.filter(state=AwardState.PENDING),
    field="settles_at",
    do=lambda id_, at: settle(award_id=id_, at=at),
)
# In this order: what an earlier one does may make something due for a later one.
SWEEPS = (sweep_claims, sweep_reviews, sweep_disputes, sweep_bounties, sweep_awards)


def sweep_everything(*, at: datetime) -> int:
    """Until nothing is due any more: what silence accepts may settle at once."""
    total = 0
    while done := sum(sweep(at=at) for sweep in SWEEPS):
        total += done
    return total


def sweep_account(*, buyer_id: UUID, at: datetime, most: int = FOR_ONE_ACCOUNT) -> int:
    """What is due by the clock of one buyer, who has just moved it. More than `most` alone is left to the others."""
    total = 0
    while total < most and (done := sum(sweep(at=at, alone=most, of=buyer_id) for sweep in _wanted(buyer_id, at))):
        total += done
    return total


def _wanted(buyer_id: UUID, at: datetime) -> list[Sweep]:
    """Those with something to do for this buyer: mostly none, so that is one question."""
    each = [
        rows.order_by().annotate(sweep=Value(sweep.name)).values_list("sweep", flat=True)[:1]
        for sweep in SWEEPS
        for rows in sweep.due(at=at, of=buyer_id)
    ]
    found = set(each[0].union(*each[1:]))
    return [sweep for sweep in SWEEPS if sweep.name in found]


def _each(due: list[UUID], do: Callable[[UUID], object]) -> int:
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

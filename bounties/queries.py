"""Named reads. Nothing here locks or changes anything."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, reduce
from operator import or_
from statistics import median_low, quantiles
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS
from django.db.models import CharField, Count, DateTimeField, Exists, F, OuterRef, Q, QuerySet, Subquery, UUIDField
from django.db.models.base import ModelState
from django.db.models.functions import Coalesce

from bounties.models import Award, Bounty, Claim, Dispute, Submission
from bounties.places import E7, Place, spans
from bounties.policies.reputation import Record
from bounties.states import SUBMISSION_IS_RESULT, AwardState, BountyState, ClaimState, SubmissionState
from market.accounts.models import User
from market.ids import encode
from market.prepared import Given, Prepared, Question


def record_of(scout_id: UUID) -> Record:
    """Counted from the claims themselves, so that it cannot drift from them."""
    submissions = Submission.objects.filter(scout_id=scout_id).aggregate(
        accepted=Count("pk", filter=Q(state__in=(SubmissionState.ACCEPTED, SubmissionState.COMPENSATED))),
        # A rejection that was mended by another try counts for nothing.
        rejected=Count("pk", filter=Q(state=SubmissionState.REJECTED, claim__state=ClaimState.FAILED)),
    )
    expired = Claim.objects.filter(scout_id=scout_id, state=ClaimState.EXPIRED)
    lapsed = expired.exclude(Exists(Submission.objects.filter(claim=OuterRef("pk")))).count()
    return Record(accepted=submissions["accepted"], rejected=submissions["rejected"], lapsed=lapsed)


def bought_by(buyer_id: UUID | Given) -> QuerySet[Bounty]:
    """A buyer's bounties, each with its number of results, and the one that waits longest for the buyer's own word."""
    asking = Submission.objects.filter(
        bounty=OuterRef("pk"), state=SubmissionState.IN_REVIEW, reviewer=Submission.Reviewer.BUYER
    ).order_by("review_due_at", "id")
    results = Submission.objects.filter(bounty=OuterRef("pk"), state__in=SUBMISSION_IS_RESULT).order_by()
    asked = {
        "asking_id": Subquery(asking.values("id")[:1]),
        "asking_until": Subquery(asking.values("review_due_at")[:1]),
        "asking_verdict": Subquery(asking.values("verdict")[:1]),
        "result_count": Coalesce(Subquery(results.values("bounty").annotate(n=Count("*")).values("n")), 0),
    }
    return Bounty.objects.filter(buyer_id=buyer_id).annotate(**asked)


def titles_of(ids: Collection[UUID]) -> dict[UUID, str]:
    return dict(Bounty.objects.filter(pk__in=ids).values_list("pk", "title"))


def one_bought_by(buyer_id: UUID, *, bounty_id: UUID) -> Bounty | None:
    """As `bought_by` reads it."""
    return the_one(asking_for_one(buyer_id, bounty_id=bounty_id).rows())


def asking_for_one(buyer_id: UUID, *, bounty_id: UUID) -> Question:
    """The same, for whoever has more to ask: an agent asks for this more than for anything else."""
    return Question(_one_bought(), {"buyer_id": buyer_id, "bounty_id": bounty_id})


def the_one(answered: Sequence[tuple[Any, ...]]) -> Bounty | None:
    """The bounty in the answer to `asking_for_one`."""
    return _bought(answered[0]) if answered and answered[0][0] is not None else None


def newest_bought_by(
    buyer_id: UUID,
    *,
    limit: int,
    before: UUID | None = None,
    state: BountyState | None = None,
    created_after: datetime | None = None,
    created_before: datetime | None = None,
) -> list[Bounty]:
    """As `bought_by` reads them."""
    moments = {"created_after": created_after, "created_before": created_before}
    given = {"buyer_id": buyer_id, "before": before, "state": state, **moments}
    given = {name: value for name, value in given.items() if value is not None}
    return [_bought(row) for row in _newest_bought(frozenset(given)).rows(given, limit=limit)]


_COLUMNS = [field.attname for field in Bounty._meta.concrete_fields]  # noqa: SLF001 - documented
_ASKED = ("asking_id", "asking_until", "asking_verdict", "result_count")
_NARROWED: dict[str, Callable[[], Q]] = {
    "before": lambda: Q(id__lt=Given("before", UUIDField(), type_name="uuid")),
    "state": lambda: Q(state=Given("state", CharField(), type_name="varchar")),
    "created_after": lambda: Q(created_at__gte=Given("created_after", DateTimeField(), type_name="timestamptz")),
    "created_before": lambda: Q(created_at__lt=Given("created_before", DateTimeField(), type_name="timestamptz")),
}


def _all_bought() -> QuerySet[Any, Any]:
    return bought_by(Given("buyer_id", UUIDField(), type_name="uuid")).values_list(*_COLUMNS, *_ASKED)


@cache
def _one_bought() -> Prepared:
    return Prepared.of(_all_bought().filter(pk=Given("bounty_id", UUIDField(), type_name="uuid")), limited=False)


@cache
def _newest_bought(given: frozenset[str]) -> Prepared:
    narrowed = [condition() for name, condition in _NARROWED.items() if name in given]
    return Prepared.of(_all_bought().filter(*narrowed).order_by("-id"))


def _bought(row: tuple[Any, ...]) -> Bounty:
    """As `Bounty.from_db` makes it from all its columns, past the care that `__init__` takes of what others give it."""
    bounty = Bounty.__new__(Bounty)
    vars(bounty).update(zip((*_COLUMNS, *_ASKED), row, strict=True))
    bounty._state = ModelState()  # noqa: SLF001 - what `from_db` sets
    bounty._state.adding, bounty._state.db = False, DEFAULT_DB_ALIAS  # noqa: SLF001 - as above
    return bounty


def disputes_of(buyer_id: UUID) -> QuerySet[Dispute]:
    """Those that a buyer has opened, and appeals against what was decided for that buyer; with what was written."""
    mine = Dispute.objects.filter(bounty__buyer_id=buyer_id)
    return mine.select_related("submission").prefetch_related("messages")


def bounties_of_results(ids: Collection[UUID]) -> dict[UUID, UUID]:
    return dict(Submission.objects.filter(pk__in=ids).values_list("pk", "bounty_id"))


def keys_of_rulings(bounty_id: UUID, *, buyer_id: UUID) -> list[str] | None:
    """The business keys under which money of a bounty may have come back after its awards. None: no such bounty."""
    mine = Bounty.objects.filter(pk=bounty_id, buyer_id=buyer_id)
    rows: list[UUID | None] = list(mine.values_list("submissions__id", flat=True))  # one of None: no result yet
    if not rows:
        return None
    results = [encode("sub", submission_id) for submission_id in rows if submission_id is not None]
    return [f"{what}:{result}" for result in results for what in ("ruling", "compensation")]


def live_claims_of(user: User) -> QuerySet[Claim]:
    """What this person is on the way to, practice and earnest alike; what ends first comes first."""
    claims = Claim.objects.select_related("bounty__buyer", "scout")
    return claims.filter(scout__scout__user=user, state=ClaimState.LIVE).order_by("expires_at", "id")


NEAR_M = 10_000
LOOKED_BACK = timedelta(days=90)
_MOST_LOOKED_AT = 200


@dataclass(frozen=True, slots=True)
class Experience:
    """What completed bounties near a place were paid, and how long they took from opening to award."""

    count: int
    low_micros: int
    middle_micros: int
    high_micros: int
    usual_wait: timedelta


def experience_near(place: Place, *, mode: str, at: datetime) -> Experience | None:
    """For quotes: the middle half of what was paid within ten kilometres or so lately. None where there was too little.

    Blocked rewards and what the house paid say nothing about a price. Play money says nothing about live money.
    """
    boxes = [
        Q(
            bounty__latitude_e7__range=(round(span.south * E7), round(span.north * E7)),
            bounty__longitude_e7__range=(round(span.west * E7), round(span.east * E7)),
        )
        for span in spans(place, metres=NEAR_M)
    ]
    paid = (
        Award.objects.filter(reduce(or_, boxes), mode=mode, source=Award.Source.HOLD, submission__blocked="")
        .filter(bounty__state=BountyState.COMPLETED, awarded_at__gte=at - LOOKED_BACK)
        .exclude(state=AwardState.REVERSED)
        .annotate(waited=F("awarded_at") - F("bounty__opened_at"))
        .order_by("-id")
        .values_list("amount_micros", "waited")
    )
    rows = list(paid[:_MOST_LOOKED_AT])
    if len(rows) < 3:  # fewer would tell what somebody else's bounty cost
        return None
    low, middle, high = quantiles((amount for amount, _ in rows), n=4, method="inclusive")
    return Experience(len(rows), round(low), round(middle), round(high), median_low(waited for _, waited in rows))

"""A scout leaves for good: nothing may be under way, and where the scout was is forgotten.

What was handed in stays, because others paid for it and receipts name it; so does the ledger, because the law wants
books. Both know an account without a face, once the person behind it is forgotten (`market.accounts`).
"""

from datetime import datetime
from typing import ClassVar

from django.db import transaction

from bounties.models import Award, Claim, Dispute, Submission
from bounties.operations.claiming import release
from bounties.states import DISPUTE_RUNS, SUBMISSION_JUDGED, AwardState, ClaimState
from market.accounts.models import Account, Mode, Scout, User
from market.accounts.operations import forget_person
from market.errors import DomainError, Kind
from market.ledger.postings import Book
from market.ledger.queries import scout_balance


class MoneyWaits(DomainError):
    """The scout has money here, or something undecided that may become money."""

    code = "money_waits"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix = "Wait until everything is decided and paid out: what is deleted cannot be paid."


@transaction.atomic
def leave(*, user: User, at: datetime) -> None:
    """Play money and practice are simply over. Real money is paid out first."""
    scouts = list(Scout.objects.select_related("account").filter(user=user))
    for scout in scouts:
        if scout.mode == Mode.LIVE:
            _require_nothing_due(scout.account)
    for scout in scouts:
        for claim_id in Claim.objects.filter(scout=scout.account, state=ClaimState.LIVE).values_list("id", flat=True):
            release(scout=scout.account, claim_id=claim_id, at=at)
        # Where the scout was when claiming: as if it had been at the point itself.
        for claim in Claim.objects.filter(scout=scout.account).select_related("bounty"):
            Claim.objects.filter(pk=claim.pk).update(
                latitude_e7=claim.bounty.latitude_e7, longitude_e7=claim.bounty.longitude_e7, distance_m=0
            )
    forget_person(user=user, at=at)


def _require_nothing_due(scout: Account) -> None:
    balance = scout_balance(Book.of(scout.mode), scout.id)
    undecided = (
        Submission.objects.filter(scout=scout, state__in=SUBMISSION_JUDGED).exists()
        or Award.objects.filter(scout=scout, state__in=(AwardState.PENDING, AwardState.CONTESTED)).exists()
        or Dispute.objects.filter(submission__scout=scout, state__in=DISPUTE_RUNS).exists()
    )
    if undecided or balance.pending_micros or balance.available_micros or balance.in_flight_micros:
        raise MoneyWaits("There is money of yours here, or something is not decided yet.")

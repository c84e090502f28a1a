"""Named reads. Nothing here locks or changes anything."""

from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q

from bounties.models import Claim, Submission
from bounties.policies.reputation import Record
from bounties.states import ClaimState, SubmissionState


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

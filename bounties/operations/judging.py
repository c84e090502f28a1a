"""What an acceptance and a rejection do, whoever decided: the machine, the buyer, silence, a ruling.

Called with the bounty locked; the caller ends with `record`. Nothing here asks whether it may be decided.
"""

from datetime import datetime, timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db import IntegrityError, transaction
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from bounties import events, postings, terms
from bounties.models import Award, Claim, Dispute, Submission
from bounties.operations.changing import Change, move_claim, move_slot, move_submission, settle_slot
from bounties.operations.telling import tell_of_claim, tell_of_dispute, tell_of_result, tell_scout
from bounties.policies.claims import LIVE_CLAIMS_PER_SCOUT, MOST_TRIES
from bounties.policies.disputes import APPEAL_WINDOW, DecidedBy
from bounties.states import (
    AWARD,
    DISPUTE,
    DISPUTE_RUNS,
    SLOT_ENDS,
    SUBMISSION_JUDGED,
    AwardState,
    ClaimState,
    DisputeState,
    SlotState,
    SubmissionState,
)
from bounties.verdicts import NumberedReason
from market.events.models import JSON
from market.money import format_micros
from market.transitions import WrongState

FINAL = (DecidedBy.RULING,)


def accept(change: Change, submission: Submission, *, by: DecidedBy) -> None:
    """The reward moves, the slot is filled, and whoever else was at it is told. Filled already: it is set aside."""
    if submission.slot.state in SLOT_ENDS:
        set_aside(change, submission, because=Submission.SetAside.SLOT_FILLED)
        return
    now = change.now
    move_submission(
        submission, SubmissionState.ACCEPTED, decided_by=by, decided_at=now, reviewer="", review_due_at=None
    )
    award = _award(change, submission, by=by)
    change.entries.append(postings.award(award, bounty=change.bounty, blocked=bool(submission.blocked)))
    move_slot(change, submission.slot, SlotState.FILLED)
    if submission.claim.state == ClaimState.SUBMITTED:
        move_claim(submission.claim, ClaimState.FULFILLED, ended_at=now)
    _end_others(change, submission)
    tell_of_result(
        events.RESULT_ACCEPTED,
        change,
        submission,
        decided_by=str(by),
        blocked=bool(submission.blocked),
        paid=format_micros(award.amount_micros),
        fee=format_micros(award.fee_micros),
        contestable_until=events.moment(award.settles_at),
    )
    _tell_accepted(change, submission, award)
    if by in FINAL:
        settle(change, award, submission)


def reject(
    change: Change,
    submission: Submission,
    *,
    by: DecidedBy,
    for_scout: list[NumberedReason],
    for_buyer: list[NumberedReason],
    retake: bool,
) -> None:
    """The slot is free again at once: for the same scout, if the claim still lives and another try can mend it."""
    now = change.now
    appeal_by = now + (timedelta() if by in FINAL else APPEAL_WINDOW)
    move_submission(
        submission,
        SubmissionState.REJECTED,
        decided_by=by,
        decided_at=now,
        reasons=for_scout,
        appeal_by=appeal_by,
        reviewer="",
        review_due_at=None,
    )
    retake_until = _end_or_retake(submission.claim, retake=retake, now=now)
    settle_slot(change, submission.slot, owed_until=appeal_by)
    told: list[JSON] = [dict(reason) for reason in for_buyer]  # type: ignore[arg-type]
    tell_of_result(events.RESULT_REJECTED, change, submission, decided_by=str(by), reasons=told)
    tell_scout(
        events.SUBMISSION_REJECTED,
        change,
        submission,
        reasons=[dict(reason) for reason in for_scout],  # type: ignore[arg-type]
        retake_until=None if retake_until is None else events.moment(retake_until),
        appeal_by=events.moment(appeal_by),
    )


def set_aside(change: Change, submission: Submission, *, because: Submission.SetAside) -> None:
    """Kept, not needed. The scout may appeal; the buyer hears of it only if there was a result to look at."""
    now = change.now
    seen = submission.state == SubmissionState.IN_REVIEW
    appeal_by = now + APPEAL_WINDOW
    move_submission(
        submission,
        SubmissionState.SET_ASIDE,
        set_aside_because=because,
        decided_by=DecidedBy.RULE,
        decided_at=now,
        appeal_by=appeal_by,
        reviewer="",
        review_due_at=None,
    )
    if submission.claim.state == ClaimState.SUBMITTED:
        move_claim(submission.claim, ClaimState.FAILED, ended_at=now)
    if seen:
        tell_of_result(events.RESULT_SET_ASIDE, change, submission)
    tell_scout(
        events.SUBMISSION_SET_ASIDE, change, submission, because=str(because), appeal_by=events.moment(appeal_by)
    )


def compensate(change: Change, submission: Submission) -> None:
    """An appeal won when the slot was gone: the house pays, and the buyer gets no second result."""
    move_submission(submission, SubmissionState.COMPENSATED, decided_by=DecidedBy.RULING, decided_at=change.now)
    award = _award(change, submission, by=DecidedBy.RULING, source=Award.Source.HOUSE)
    change.entries.append(postings.compensate(award))
    _end_others(change, submission, of_slot=False)
    _tell_accepted(change, submission, award)
    settle(change, award, submission)


def settle(change: Change, award: Award, submission: Submission) -> None:
    """The last word about an award: what was pending can be paid out."""
    rows = Award.objects.filter(pk=award.pk)
    sources = (AwardState.PENDING, AwardState.CONTESTED)
    if not AWARD.move(rows, source=sources, to=AwardState.SETTLED, settled_at=change.now):
        raise WrongState("This award has been decided already.")
    award.state = AwardState.SETTLED
    change.entries.append(postings.settle(award))
    if award.source == Award.Source.HOLD:
        tell_of_result(events.RESULT_FINAL, change, submission)
    tell_scout(events.AWARD_SETTLED, change, submission, amount=format_micros(award.amount_micros))


def _award(
    change: Change,
    submission: Submission,
    *,
    by: DecidedBy,
    source: Award.Source = Award.Source.HOLD,
) -> Award:
    now = change.now
    price = postings.price_of(change.bounty)
    blocked = bool(submission.blocked)
    amount = price.blocked_reward_micros if blocked else price.reward_micros
    fee = price.blocked_fee_micros if blocked else price.fee_micros
    window = timedelta() if by in FINAL else terms.dispute_windows().length_for(amount)
    return Award.objects.create(
        submission=submission,
        bounty=change.bounty,
        slot=submission.slot,
        scout_id=submission.scout_id,
        mode=submission.mode,
        source=source,
        amount_micros=amount,
        fee_micros=fee if source == Award.Source.HOLD else 0,
        awarded_at=now,
        settles_at=now + window,
    )


def _end_others(change: Change, paid: Submission, *, of_slot: bool = True) -> None:
    """One slot, one result: whoever else is at it stops. And one claim is paid once, also where another try of it was
    seated in another slot. Mostly there is nobody: that is asked in one question.
    """
    claims = Claim.objects.filter(slot=paid.slot_id, state=ClaimState.LIVE) if of_slot else Claim.objects.none()
    same = Q(claim=paid.claim_id) | Q(slot=paid.slot_id) if of_slot else Q(claim=paid.claim_id)
    others = Submission.objects.filter(same, state__in=SUBMISSION_JUDGED).exclude(pk=paid.pk)
    moot = Dispute.objects.filter(submission__claim=paid.claim_id, state__in=DISPUTE_RUNS).exclude(submission=paid)
    if not claims.values("pk").union(others.values("pk"), moot.values("pk"), all=True).exists():
        return
    for claim in claims.select_related("slot", "scout"):
        move_claim(claim, ClaimState.ENDED, ended_at=change.now)
        tell_of_claim(events.CLAIM_ENDED, change, claim)
    for other in others.select_related("slot", "claim", "scout"):
        set_aside(change, other, because=Submission.SetAside.SLOT_FILLED)
        if other.claim_id == paid.claim_id:
            settle_slot(change, other.slot)
    for dispute in moot.select_related("submission__scout"):
        rows = Dispute.objects.filter(pk=dispute.pk)
        DISPUTE.move(rows, source=DISPUTE_RUNS, to=DisputeState.WITHDRAWN, version=dispute.version + 1)
        tell_of_dispute(events.DISPUTE_WITHDRAWN, change, dispute.submission, dispute)


def _end_or_retake(claim: Claim, *, retake: bool, now: datetime) -> datetime | None:
    """Until when this scout may try again, or None: then the claim is over."""
    if claim.state != ClaimState.SUBMITTED:
        return None
    if retake and now < claim.expires_at and _lives_again(claim):
        return claim.expires_at
    move_claim(claim, ClaimState.FAILED, ended_at=now)
    return None


def _lives_again(claim: Claim) -> bool:
    """If its scout has a try and a place left.

    Two claims that come to life at one moment see the same free place: the index decides, and the loser looks again.
    """
    for _ in range(LIVE_CLAIMS_PER_SCOUT):
        place = _free_place(claim)
        if place is None:
            break
        try:
            with transaction.atomic():
                move_claim(claim, ClaimState.LIVE, place=place)
        except IntegrityError as error:
            if "claim_one_live_per_place_of_scout" not in str(error):
                raise
        else:
            return True
    return False


def _free_place(claim: Claim) -> int | None:
    tried = Submission.objects.filter(claim=OuterRef("pk")).order_by().values("claim").annotate(n=Count("*"))
    live = Claim.objects.filter(scout=claim.scout_id, state=ClaimState.LIVE)
    tries, taken = Claim.objects.values_list(
        Coalesce(Subquery(tried.values("n")), 0), ArraySubquery(live.values("place"))
    ).get(pk=claim.pk)
    if tries >= MOST_TRIES:
        return None
    return next((place for place in range(1, LIVE_CLAIMS_PER_SCOUT + 1) if place not in taken), None)


def _tell_accepted(change: Change, submission: Submission, award: Award) -> None:
    tell_scout(
        events.SUBMISSION_ACCEPTED,
        change,
        submission,
        amount=format_micros(award.amount_micros),
        settles_at=events.moment(award.settles_at),
    )

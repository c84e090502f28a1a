"""Where this room meets verification: a claim's capture, and what a bounty asks of it in verification's words.

A bounty, a scout and a claim go there as opaque keys, and come back as nothing but the id of a capture. Moments go
there in real time: a buyer who moved its test clock moved the bounty's window with it, not the phone's clock.
"""

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from bounties.models import Bounty, Claim, Submission
from bounties.operations.claiming import arrive
from bounties.operations.locking import NoSuchClaim, NoSuchSubmission
from bounties.operations.submitting import HandIn, submit
from bounties.states import SubmissionState
from bounties.verdicts import Outcome, Reason, Reviewer, Verdict
from market.accounts.models import Account
from market.work.operations import enqueue
from verification import decide, evidence, geo, operations, policies, queries
from verification import requirements as wishes
from verification.answers import of_models
from verification.checks.result import CheckResult, Severity
from verification.checks.result import Outcome as Answer
from verification.models import Capture, Grant, Session
from verification.operations import CapturePass, HandedIn, Opening, Said
from verification.policies import Policy, WeakDoubts
from verification.reading import captured_at
from verification.requirements import Requirements

DELIVER = "deliver_result"

# Doubts about whether it was captured there and then at all. A buyer cannot judge them, and nobody's silence pays for
# them; doubts about what a picture shows are the buyer's.
FOR_OPERATORS = frozenset(
    {
        "session_integrity",
        "time_window",
        "impossible_travel",
        "repeated_coordinates",
        "exact_reuse",
        "near_reuse",
        "editor_traces",
        "exif_place",
        "instruction_text",
        "witnesses",
    }
)
# Of these a buyer can judge: the file's own time, that it was chosen, a place too vague to mean anything. But silence
# pays for them no more.
NOT_BY_SILENCE = FOR_OPERATORS | {"exif_time", "made_in_session", "fix_accuracy"}
# Nor where a device gave no place at all: not allowing it is the cheapest way to be elsewhere.
_NO_PLACE = ("geofence", "no_fix")


UNCHECKED = Verdict(
    Outcome.REVIEW,
    (
        Reason(
            "not_checked",
            scout="No check has looked at your capture; the buyer looks at it.",
            buyer="No check has looked at this capture. Look at it yourself.",
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class ScoutsWord:
    """What the scout says beside the pictures."""

    answers: object = ()
    blocked: Submission.Blocked = Submission.Blocked.NO


def capture_pass(*, claim_id: UUID, at: datetime, scout: Account | None = None) -> CapturePass:
    """The upload token and the nonces of a claim. For its scout's page right after claiming; again changes nothing."""
    claim = Claim.objects.select_related("bounty__buyer").filter(pk=claim_id).first()
    if claim is None or (scout is not None and claim.scout_id != scout.id):
        raise NoSuchClaim("There is no such claim.")
    ahead = claim.bounty.buyer.clock_ahead
    return operations.grant(
        claim_key=str(claim.id),
        group_key=str(claim.bounty_id),
        subject_key=str(claim.scout_id),
        mode=claim.mode,
        challenge=evidence.ChallengeKind(claim.bounty.challenge),
        closes_at=claim.expires_at - ahead,
        upload_by=max(claim.upload_by, claim.expires_at) - ahead,
        at=at,
    )


@transaction.atomic
def open_session(*, grant: Grant, opening: Opening, at: datetime) -> Session:
    """On site. Told of afterwards, there was no contact, and nobody has been seen to arrive."""
    claim = _claim(grant)
    renewed = capture_pass(claim_id=claim.id, at=at).grant
    session = operations.open_session(grant=renewed, opening=opening, at=at)
    if not session.offline:
        arrive(scout=claim.scout, claim_id=claim.id, at=at)
    return session


@transaction.atomic
def hand_in(*, grant: Grant, session_id: UUID, handed_in: HandedIn, word: ScoutsWord, at: datetime) -> Submission:
    """The capture and its submission, in one transaction. The same session again is the same submission."""
    claim = _claim(grant)
    renewed = capture_pass(claim_id=claim.id, at=at).grant
    capture = operations.hand_in(grant=renewed, session_id=session_id, handed_in=handed_in, at=at)
    moment = captured_at(operations.session_of(capture)) or operations.session_of(capture).device_captured_at
    return submit(
        scout=claim.scout,
        claim_id=claim.id,
        hand_in=HandIn(
            capture_id=capture.pk,
            captured_at=min(moment or at, at),
            answers=word.answers,
            blocked=word.blocked,
        ),
        at=at,
    )


def verify(*, submission_id: UUID, at: datetime) -> Verdict:
    """Gather, decide, keep; outside any transaction. Done again, it answers what was decided."""
    submission = Submission.objects.select_related("bounty__buyer", "claim").filter(pk=submission_id).first()
    if submission is None:
        raise NoSuchSubmission("There is no such submission.")
    if not Capture.objects.filter(pk=submission.capture_id).exists():
        return UNCHECKED  # handed in by no phone: there is nothing that a check could look at
    wishes_now = requirements_of(submission)
    gathered = operations.gather(
        capture_id=submission.capture_id, requirements=wishes_now, said=_said(submission), at=at
    )
    asked = operations.requirements_kept(submission.capture_id)
    verdict = operations.keep_verdict(capture_id=submission.capture_id, verdict=decide.decide(gathered, asked), at=at)
    if verdict.decision is not decide.Decision.REJECT:
        operations.deliver(capture_id=submission.capture_id, at=at)
    return dataclasses.replace(in_our_words(verdict, asked.policy), model_values=_of_models(gathered, asked))


def _of_models(gathered: evidence.Evidence, asked: Requirements) -> dict[str, str]:
    share = asked.policy.thresholds.number_share
    found = {each.id: of_models(each, gathered.model_answers, number_share=share) for each in asked.questions}
    return {question_id: value for question_id, value in found.items() if value is not None}


def requirements_of(submission: Submission) -> Requirements:
    bounty = submission.bounty
    received_at = Capture.objects.values_list("received_at", flat=True).get(pk=submission.capture_id)
    ahead = submission.received_at - received_at  # the buyer's clock when it was handed in
    return Requirements(
        place=geo.Place(bounty.latitude_e7, bounty.longitude_e7),
        radius_m=float(bounty.radius_m),
        window_start=bounty.opens_at - ahead,
        window_end=max(bounty.closes_at, submission.claim.expires_at) - ahead,
        reward_micros=bounty.reward_micros,
        policy=policy_of(bounty),
        proof=(wishes.Proof(kind=bounty.media, least=bounty.media_count),),
        challenge=evidence.ChallengeKind(bounty.challenge),
        daylight=bounty.daylight,
        criteria=wishes.criteria_of(bounty.criteria),
        questions=tuple(
            wishes.Question(
                id=each["id"],
                text=each["text"],
                type=wishes.QuestionType(each["type"]),
                choices=tuple(each.get("choices") or ()),
                unit=each.get("unit"),
            )
            for each in bounty.questions
        ),
        review=wishes.Review(bounty.review),
    )


def policy_of(bounty: Bounty) -> Policy:
    """What a capture of this bounty is held to. A phone takes it along, to say at once what would not do."""
    policy = policies.policy_for(bounty.reward_micros)
    if bounty.accuracy_m is None:
        return policy
    thresholds = dataclasses.replace(policy.thresholds, accuracy_m=float(bounty.accuracy_m))
    return dataclasses.replace(policy, thresholds=thresholds)


def in_our_words(verdict: decide.Verdict, policy: Policy) -> Verdict:
    if verdict.decision is not decide.Decision.REVIEW:
        return Verdict(Outcome(verdict.decision.value), tuple(map(_reason, verdict.because())), retake=verdict.retake)
    # Looked for in all checks, not only in those that the rule names: what a picture shows may be the stronger reason
    # for a review, and where it was captured be in doubt all the same.
    failed = {each.check for each in verdict.checks if _counts_against(each, policy)}
    no_place = {each.check for each in verdict.checks if (each.check, each.reason) == _NO_PLACE}
    unpaid = failed & NOT_BY_SILENCE | no_place
    return Verdict(
        Outcome.REVIEW,
        tuple(_reason(each) for each in verdict.checks if each.check in unpaid.union(verdict.reasons)),
        retake=verdict.retake,
        reviewer=Reviewer.OPERATOR if failed & FOR_OPERATORS else Reviewer.BUYER,
        silence_pays=not unpaid,
    )


def _counts_against(result: CheckResult, policy: Policy) -> bool:
    noted = result.severity is Severity.WEAK and policy.weak_doubts is WeakDoubts.NOTED
    return result.outcome is Answer.FAIL and not noted


def receipt_of(submission: Submission, *, at: datetime) -> bytes:
    """The signed receipt of an accepted result."""
    return operations.issue_receipt(
        capture_id=submission.capture_id, result=str(submission.id), licence=submission.licence, at=at
    )


def receipt_when_ready(submission: Submission, *, at: datetime) -> bytes | None:
    """The receipt of an accepted result, issued now if need be. None where no check has looked, and where copies are
    still to be made, as after an appeal that was won: they are asked for then.
    """
    found = queries.found([submission.capture_id]).get(submission.capture_id)
    if found is None or found.verdict is None:
        return None
    if len(found.copies) < found.deliverable:
        ask_for_copies(submission)
        return None
    return receipt_of(submission, at=at) if found.receipt is None else found.receipt.encode()


@transaction.atomic
def ask_for_copies(submission: Submission) -> None:
    enqueue(kind=DELIVER, subject=str(submission.id))


def deliver(*, submission_id: UUID, at: datetime) -> None:
    """The copies of a result that is not rejected, made once."""
    submission = Submission.objects.get(pk=submission_id)
    if submission.state in (SubmissionState.ACCEPTED, SubmissionState.IN_REVIEW):
        operations.deliver(capture_id=submission.capture_id, at=at)


def _reason(result: CheckResult) -> Reason:
    return Reason(result.check, scout=result.scout, buyer=result.buyer)


def _said(submission: Submission) -> Said:
    return Said(
        answers=tuple(evidence.ScoutAnswer(each["question_id"], each["scout_value"]) for each in submission.answers),
        blocked=evidence.Blocked(submission.blocked) if submission.blocked else None,
    )


def _claim(grant: Grant) -> Claim:
    return Claim.objects.select_related("scout", "bounty__buyer").get(pk=UUID(grant.claim_key))

"""A bounty in verification's words, and verification's verdict in ours. Pure, but for reading the bounty's fields.

The bounty and the scout reach verification only as two opaque keys. A bounty's moments are in its buyer's time;
evidence is judged in real time, so the window is moved back by what the buyer's clock is ahead.
"""

from dataclasses import replace

from bounties.models import Bounty, Submission
from bounties.verdicts import Outcome, Reason, Reviewer, Verdict
from market.ids import encode
from verification import decide, policies
from verification.evidence import ChallengeKind
from verification.geo import Place
from verification.requirements import Criterion, Proof, Question, QuestionType, Requirements, Review


def requirements_of(bounty: Bounty) -> Requirements:
    policy = policies.policy_for(bounty.reward_micros)
    if bounty.accuracy_m is not None:
        policy = replace(policy, thresholds=replace(policy.thresholds, accuracy_m=float(bounty.accuracy_m)))
    ahead = bounty.buyer.clock_ahead
    return Requirements(
        place=Place(bounty.latitude_e7, bounty.longitude_e7),
        radius_m=float(bounty.radius_m),
        window_start=bounty.opens_at - ahead,
        window_end=bounty.closes_at - ahead,
        reward_micros=bounty.reward_micros,
        policy=policy,
        proof=(Proof(kind=bounty.media, least=bounty.media_count),),
        challenge=ChallengeKind(bounty.challenge),
        daylight=bounty.daylight,
        criteria=tuple(Criterion(id=f"c{number}", text=text) for number, text in enumerate(bounty.criteria, start=1)),
        questions=tuple(
            Question(each["id"], each["text"], QuestionType(each["type"]), tuple(each["choices"]), each["unit"])
            for each in bounty.questions
        ),
        review=Review(bounty.review),
    )


def group_key(bounty: Bounty) -> str:
    return encode("grp", bounty.id)


def subject_key(submission: Submission) -> str:
    return encode("sbj", submission.scout_id)


def verdict_of(found: decide.Verdict) -> Verdict:
    """What moves states and money. The numbers of the checks stay where they were found."""
    return Verdict(
        outcome=Outcome(found.decision),
        reasons=tuple(Reason(result.check, scout=result.scout, buyer=result.buyer) for result in found.because()),
        retake=found.retake,
        # Whether a capture is genuine is first for our staff, not for the one who would pay for it.
        reviewer=Reviewer.OPERATOR if found.rule is decide.Rule.STRONG_DOUBT else Reviewer.BUYER,
    )

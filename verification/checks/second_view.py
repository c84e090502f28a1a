"""Where a second viewpoint was asked for: do two pictures show one scene, really from two places?"""

from functools import partial

from verification.checks.result import CheckResult, Outcome, Severity
from verification.evidence import ChallengeKind, Evidence
from verification.kinds import PHOTO
from verification.requirements import Requirements


def second_view(evidence: Evidence, requirements: Requirements) -> CheckResult:
    limits = requirements.policy.thresholds
    copies = [
        each
        for each in evidence.scenes
        if each.copy_inliers >= limits.copy_inliers and each.copy_share >= limits.copy_share
    ]
    views = [each for each in evidence.scenes if each not in copies and each.scene_inliers >= limits.scene_inliers]
    best = max(evidence.scenes, key=lambda each: each.scene_inliers, default=None)
    answer = partial(
        CheckResult,
        check="second_view",
        severity=Severity.STRONG,
        numbers={
            "pictures": len(evidence.artifacts_of(PHOTO)),
            "scene_inliers": best.scene_inliers if best else None,
            "copy_share": best.copy_share if best else None,
        },
        threshold={"pictures": 2, "scene_inliers": limits.scene_inliers, "copy_share": limits.copy_share},
        retake=False,
    )
    if requirements.challenge is not ChallengeKind.SECOND_VIEW:
        sentence = "No second viewpoint was asked for."
        return answer(outcome=Outcome.PASS, reason="not_asked", scout=sentence, buyer=sentence)
    if len(evidence.artifacts_of(PHOTO)) < 2:
        return answer(
            outcome=Outcome.FAIL,
            reason="one_picture",
            scout="A second picture from another place was asked for: walk a few steps aside and capture again.",
            buyer="Only one picture was handed in; a second viewpoint was asked for.",
            retake=True,
        )
    if views:
        sentence = "Two pictures show one scene from two places."
        return answer(outcome=Outcome.PASS, reason="two_views", scout=sentence, buyer=sentence)
    if copies:
        return answer(
            outcome=Outcome.FAIL,
            reason="same_view",
            scout="Your two pictures are from the same spot. Walk a few steps aside for the second.",
            buyer="The two pictures are from one and the same spot.",
            retake=True,
        )
    return answer(
        outcome=Outcome.UNKNOWN,
        reason="not_matched",
        scout="That your two pictures show one scene could not be seen by code. A person will look at it.",
        buyer="That the two pictures show one scene could not be confirmed by code.",
        retake=True,
    )

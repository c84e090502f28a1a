"""Is a picture an earlier one in disguise: resized, recompressed, cropped, turned, mirrored, captioned?

A hash only names candidates; a copy is what one shift, turn and scaling carries onto the other point by point. Another
view of the same place does not do that, however alike it looks.
"""

from functools import partial
from typing import Protocol

from verification.checks.result import CheckResult, Outcome, Severity
from verification.evidence import Evidence, NearDuplicate
from verification.photos.facts import PhotoFacts
from verification.policies import Thresholds
from verification.requirements import Requirements


def near_reuse(evidence: Evidence, requirements: Requirements) -> CheckResult:
    limits = requirements.policy.thresholds
    copies = [found for found in evidence.near_duplicates if is_copy(found, limits)]
    doubtful = [found for found in evidence.near_duplicates if _doubtful(found, evidence, limits)]
    photos = [each.facts for each in evidence.artifacts if isinstance(each.facts, PhotoFacts)]
    plain = [facts for facts in photos if facts.hash_quality < limits.hash_quality and facts.features_count == 0]
    closest = (copies or doubtful)[:1]
    answer = partial(
        CheckResult,
        check="near_reuse",
        numbers={
            "compared": len(evidence.near_duplicates),
            "copies": len(copies),
            "hash_distance": closest[0].hash_distance if closest else None,
            "inliers": closest[0].inliers if closest else None,
            "inlier_share": closest[0].inlier_share if closest else None,
            "inlier_spread_px": closest[0].inlier_spread_px if closest else None,
        },
        threshold={
            "hash_bits": limits.hash_bits,
            "inliers": limits.copy_inliers,
            "inlier_share": limits.copy_share,
            "doubt_inliers": limits.doubt_inliers,
            "doubt_inlier_share": limits.doubt_share,
            "doubt_inlier_spread_px": limits.doubt_spread_px,
        },
    )
    if copies:
        own = all(found.same_subject for found in copies)
        return answer(
            outcome=Outcome.FAIL,
            severity=Severity.DECISIVE,
            reason="own_picture" if own else "others_picture",
            scout="This is a picture you handed in before." if own else "This picture was handed in before.",
            buyer="This picture is a copy of one that was handed in before, changed or not.",
            retake=True,
        )
    if doubtful:
        return answer(
            outcome=Outcome.FAIL,
            severity=Severity.STRONG,
            reason="looks_alike",
            scout="This picture looks very much like an earlier one. A person will compare them.",
            buyer="This picture looks very much like an earlier one, and no code can tell for certain.",
        )
    if not evidence.duplicates_searched:
        sentence = "Earlier pictures could not be searched."
        return answer(
            outcome=Outcome.UNKNOWN, severity=Severity.STRONG, reason="not_searched", scout=sentence, buyer=sentence
        )
    if plain:
        sentence = "A picture shows too little to be compared with earlier ones."
        return answer(
            outcome=Outcome.UNKNOWN,
            severity=Severity.STRONG,
            reason="too_plain",
            scout=sentence,
            buyer=sentence,
            retake=True,
        )
    sentence = "No earlier picture is a copy of these."
    return answer(outcome=Outcome.PASS, severity=Severity.STRONG, reason="new", scout=sentence, buyer=sentence)


class Compared(Protocol):
    """What two pictures have in common: an earlier one that was found, or any two."""

    @property
    def hash_distance(self) -> int | None: ...
    @property
    def inliers(self) -> int | None: ...
    @property
    def inlier_share(self) -> float | None: ...
    @property
    def inlier_spread_px(self) -> float | None: ...


def is_copy(found: Compared, limits: Thresholds) -> bool:
    if found.inliers is None or found.inlier_share is None:
        return False
    return found.inliers >= limits.copy_inliers and found.inlier_share >= limits.copy_share


def looks_alike(found: Compared, facts: PhotoFacts, limits: Thresholds) -> bool:
    """Too many points go along with one movement for another picture, and lie too close to where it puts them for the
    same place from a step aside. Or the hash says so and points could not be asked; where they were asked and said no,
    the hash was wrong.
    """
    by_hash = found.hash_distance is not None and found.hash_distance <= limits.hash_bits
    if found.inliers is not None and found.inlier_share is not None:
        enough = found.inliers >= limits.doubt_inliers and found.inlier_share >= limits.doubt_share
        # Evidence from before the spread was measured has none: there the person looks, as was decided then.
        spread = found.inlier_spread_px
        return enough and (by_hash or spread is None or spread <= limits.doubt_spread_px)
    return by_hash and facts.hash_quality >= limits.hash_quality


def _doubtful(found: NearDuplicate, evidence: Evidence, limits: Thresholds) -> bool:
    ours = [each.facts for each in evidence.artifacts if each.sha256 == found.sha256]
    return any(isinstance(facts, PhotoFacts) and looks_alike(found, facts, limits) for facts in ours)

"""What two pictures have in common, in numbers. Whether one is a copy of the other is the checks' to say."""

from dataclasses import dataclass

from verification.photos.facts import PhotoFacts
from verification.photos.features import Features, copied
from verification.photos.pdq import FORMS, distance


@dataclass(frozen=True, slots=True)
class Resemblance:
    hash_distance: int  # the least over the eight forms of ours
    form: str
    inliers: int | None  # None where there are no points to compare
    inlier_share: float | None
    inlier_spread_px: float | None


def resemblance(facts: PhotoFacts, ours: Features | None, their_hash: str, theirs: Features | None) -> Resemblance:
    bits = {form: distance(facts.hashes[form], their_hash) for form in FORMS if form in facts.hashes}
    form = min(bits, key=lambda each: bits[each])
    likeness = copied(ours, theirs) if ours and theirs and ours.count and theirs.count else None
    return Resemblance(
        hash_distance=bits[form],
        form=form,
        inliers=likeness.copy_inliers if likeness else None,
        inlier_share=likeness.copy_share if likeness else None,
        inlier_spread_px=likeness.spread_px if likeness else None,
    )

"""Pictures compared with pictures: hashes against everything; sketches against each neighbourhood; and points against
what hash or sketch has named.
"""

from dataclasses import dataclass
from itertools import combinations

from django.db.models import Q

from verification import store
from verification.evidence import Artifact, FoundBy, NearDuplicate, SceneMatch
from verification.models import Grant, Picture
from verification.photos.facts import PhotoFacts
from verification.photos.features import Features, akin, copied, scene_inliers, sketch, unpacked
from verification.photos.likeness import resemblance
from verification.requirements import Requirements
from verification.searching import hashes

# Points cost a millisecond or two where pictures are unlike, and five where they are not: so many of the nearest by
# hash, and so many of the neighbours, the likest by sketch. A sketch costs about a fifth of a millisecond: of each
# neighbourhood so many, the latest.
MOST_CANDIDATES = 20
MOST_NEIGHBOURS = 100
MOST_SKETCHED = 10_000
MOST_TOLD = 10
MOST_PAIRED = 5
_NEAR_E7 = 20_000  # about 200 m: the same place


def near_duplicates(
    grant: Grant, artifacts: tuple[Artifact, ...], requirements: Requirements, *, before: int
) -> tuple[NearDuplicate, ...]:
    found = []
    photos = _photos(artifacts)
    around = _neighbourhood(grant, requirements, before) if photos else _Neighbourhood((), ())
    for artifact in photos:
        theirs = _candidates(grant, artifact, requirements, before)
        ours = _points(artifact.facts.features_sha256)
        neighbours = _likest_of(around, ours, without=set(theirs))
        found += [_compared(grant, artifact, ours, each, FoundBy.EVERYTHING) for each in theirs.values()]
        compared = [_compared(grant, artifact, ours, each, FoundBy.NEIGHBOURHOOD) for each in neighbours]
        # Of neighbours, only what resembles: that somebody was here before is no fact about this picture.
        limits = requirements.policy.thresholds
        found += [each for each in compared if (each.inliers or 0) * 2 >= limits.copy_inliers]
    return tuple(sorted(found, key=_likest)[:MOST_TOLD])


def scenes(artifacts: tuple[Artifact, ...]) -> tuple[SceneMatch, ...]:
    """Each two pictures of one capture as views of one scene."""
    photos = [(each, _points(each.facts.features_sha256)) for each in _photos(artifacts)[:MOST_PAIRED]]
    matches = []
    for (one, ours), (other, theirs) in combinations(photos, 2):
        if ours is not None and theirs is not None:
            likeness = copied(ours, theirs)
            inliers = scene_inliers(ours, theirs)
            matches.append(
                SceneMatch(
                    one.sha256, other.sha256, likeness.matches, inliers, likeness.copy_inliers, likeness.copy_share
                )
            )
    return tuple(matches)


def sketches(artifacts: tuple[Artifact, ...]) -> dict[str, bytes]:
    """By the hash of its picture, for whatever is compared with it later."""
    points = {each.sha256: _points(each.facts.features_sha256) for each in _photos(artifacts)}
    return {sha256: sketch(found) for sha256, found in points.items() if found is not None}


def _candidates(grant: Grant, artifact: Artifact, requirements: Requirements, before: int) -> dict[int, Picture]:
    within = requirements.policy.thresholds.candidate_bits
    positions = hashes.near(grant.mode, list(artifact.facts.hashes.values()), within=within, before=before)
    rows = Picture.objects.filter(mode=grant.mode).in_bulk(positions[: MOST_CANDIDATES * 3])
    others = [rows[each] for each in positions if each in rows and rows[each].claim_key != grant.claim_key]
    return {each.position: each for each in others[:MOST_CANDIDATES]}


@dataclass(frozen=True, slots=True)
class _Neighbourhood:
    """Of the same bounty, place or scout: positions, and a sketch for each."""

    positions: tuple[int, ...]
    sketches: tuple[bytes, ...]


def _neighbourhood(grant: Grant, requirements: Requirements, before: int) -> _Neighbourhood:
    here = requirements.place
    neighbourhoods = (
        Q(group_key=grant.group_key),
        Q(
            latitude_e7__range=(here.latitude_e7 - _NEAR_E7, here.latitude_e7 + _NEAR_E7),
            longitude_e7__range=(here.longitude_e7 - 2 * _NEAR_E7, here.longitude_e7 + 2 * _NEAR_E7),
        ),
        Q(subject_key=grant.subject_key),
    )
    rows = Picture.objects.filter(mode=grant.mode, position__lt=before).exclude(points_sha256="")
    found: dict[int, bytes] = {}
    for neighbourhood in neighbourhoods:
        latest = rows.filter(neighbourhood).exclude(claim_key=grant.claim_key).order_by("-position")
        sketched = latest.values_list("position", "sketch")[:MOST_SKETCHED]
        found |= {position: bytes(each) for position, each in sketched}
    return _Neighbourhood(tuple(found), tuple(found.values()))


def _likest_of(around: _Neighbourhood, ours: Features | None, *, without: set[int]) -> list[Picture]:
    """What is worth comparing point by point. Of pictures that are all alike, a hundred."""
    named = [around.positions[each] for each in akin(ours, around.sketches)] if ours is not None else []
    positions = [each for each in named if each not in without][:MOST_NEIGHBOURS]
    rows = Picture.objects.in_bulk(positions)
    return [rows[each] for each in positions]


def _compared(
    grant: Grant, artifact: Artifact, ours: Features | None, other: Picture, found_by: FoundBy
) -> NearDuplicate:
    likeness = resemblance(artifact.facts, ours, other.pdq, _points(other.points_sha256))
    return NearDuplicate(
        sha256=artifact.sha256,
        other_sha256=other.sha256,
        seen_at=other.seen_at,
        found_by=found_by,
        same_subject=other.subject_key == grant.subject_key,
        same_group=other.group_key == grant.group_key,
        hash_distance=likeness.hash_distance,
        form=likeness.form,
        inliers=likeness.inliers,
        inlier_share=likeness.inlier_share,
        inlier_spread_px=likeness.inlier_spread_px,
    )


def _likest(found: NearDuplicate) -> tuple[float, int]:
    return -(found.inlier_share or 0.0) * (found.inliers or 0), found.hash_distance or 0


def _photos(artifacts: tuple[Artifact, ...]) -> list[Artifact]:
    return [each for each in artifacts if isinstance(each.facts, PhotoFacts)]


def _points(sha256: str | None) -> Features | None:
    """None where there are none: a picture from before points were kept, or a store that has lost some."""
    try:
        return unpacked(store.read(store.POINTS, sha256)) if sha256 else None
    except store.NotKept:
        return None

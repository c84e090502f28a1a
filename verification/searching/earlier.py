"""What the database alone can say of earlier captures: the same bytes, places, witnesses."""

from collections import Counter
from datetime import timedelta

from django.db.models import Q

from verification import evidence as evidences
from verification import reading
from verification.decide import Decision
from verification.evidence import Artifact, CaptureSession, EarlierPlace, ExactDuplicate, RepeatedPlace, Witness
from verification.geo import Place
from verification.models import Capture, Gathered, Grant, Picture, Sighting

# A journey is judged within this time: nobody's place a week ago says anything about today's.
JOURNEYS = timedelta(days=2)
MOST_PLACES = 50
MOST_WITNESSES = 20
MOST_DUPLICATES = 20


def exact_duplicates(grant: Grant, artifacts: tuple[Artifact, ...], *, before: int) -> tuple[ExactDuplicate, ...]:
    """The same bytes under any other claim: this claim's own tries may show the same picture twice."""
    hashes = {artifact.sha256 for artifact in artifacts}
    found = Picture.objects.filter(mode=grant.mode, sha256__in=hashes, position__lt=before)
    return tuple(
        ExactDuplicate(
            sha256=each.sha256,
            seen_at=each.seen_at,
            same_subject=each.subject_key == grant.subject_key,
            same_group=each.group_key == grant.group_key,
        )
        for each in found.exclude(claim_key=grant.claim_key).order_by("position")[:MOST_DUPLICATES]
    )


def places(grant: Grant, session: CaptureSession) -> tuple[EarlierPlace, ...]:
    """Where the same subject captured around this time, before or after: an offline capture may come in late."""
    at = reading.best_moment(session)
    if at is None:
        return ()
    near = Sighting.objects.filter(
        mode=grant.mode, subject_key=grant.subject_key, captured_at__range=(at - JOURNEYS, at + JOURNEYS)
    )
    return tuple(
        EarlierPlace(at=each.captured_at, place=Place(each.latitude_e7, each.longitude_e7), accuracy_m=each.accuracy_m)
        for each in near.exclude(claim_key=grant.claim_key).order_by("-captured_at")[:MOST_PLACES]
        if each.captured_at is not None
    )


def repeated_places(grant: Grant, session: CaptureSession) -> tuple[RepeatedPlace, ...]:
    fixes = dict.fromkeys(fix.place for fix in session.fixes)
    same = Q()
    for each in fixes:
        same |= Q(latitude_e7=each.latitude_e7, longitude_e7=each.longitude_e7)
    if not same:
        return ()
    found = (
        Sighting.objects.filter(same, mode=grant.mode)
        .exclude(claim_key=grant.claim_key)
        .values_list("latitude_e7", "longitude_e7", "subject_key", "capture_id")
        .distinct()[:1_000]
    )
    own, others = Counter[Place](), Counter[Place]()
    for latitude_e7, longitude_e7, subject_key, _ in found:
        (own if subject_key == grant.subject_key else others)[Place(latitude_e7, longitude_e7)] += 1
    return tuple(RepeatedPlace(each, own[each], others[each]) for each in fixes if own[each] + others[each])


def witnesses(capture: Capture) -> tuple[Witness, ...]:
    """What others answered for the same group, where nothing contradicted them."""
    session = capture.session
    found = (
        Gathered.objects.select_related("capture__session__grant")
        .filter(group_key=session.grant.group_key, capture__session__grant__mode=session.grant.mode)
        .exclude(capture__session__grant__subject_key=session.grant.subject_key)
        .filter(verdict__decision__in=[Decision.ACCEPT, Decision.REVIEW])
        .order_by("gathered_at")[:MOST_WITNESSES]
    )
    return tuple(_witness(each, capture) for each in found)


def _witness(gathered: Gathered, capture: Capture) -> Witness:
    evidence = evidences.from_json(gathered.evidence)
    theirs, ours = gathered.capture.session, capture.session
    # Another person, another device, another network: what is not known counts as shared.
    independent = bool(theirs.public_key and ours.public_key and theirs.network and ours.network)
    return Witness(
        at=gathered.capture.received_at,
        independent=independent and theirs.public_key != ours.public_key and theirs.network != ours.network,
        blocked=evidence.blocked,
        answers=evidence.answers,
    )

"""From a capture to its evidence: everything that is I/O. What it means is for the checks, which do none.

Gathered once: asked again, it is read back as it was stored. Nothing here is one long transaction; each part that is
stored can be stored again by a worker that takes over from one that died.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from verification import evidence as evidences
from verification import intake, looking, reading, store
from verification import requirements as wishes
from verification.capture import signature
from verification.evidence import (
    Artifact,
    Blocked,
    CaptureSession,
    ClockReading,
    Evidence,
    NonceState,
    ScoutAnswer,
    SignatureResult,
)
from verification.kinds import UNREADABLE
from verification.models import Capture, Gathered, Medium, Picture, Sighting
from verification.photos.facts import PhotoFacts, RefusalFacts
from verification.photos.formats import RefusedPicture
from verification.requirements import Requirements
from verification.searching import earlier
from verification.version import CODE_VERSION


@dataclass(frozen=True, slots=True)
class Said:
    """What the scout answers, as the room above has read it."""

    answers: tuple[ScoutAnswer, ...] = ()
    blocked: Blocked | None = None


def gather(*, capture_id: UUID, requirements: Requirements, said: Said, at: datetime) -> Evidence:
    stored = Gathered.objects.filter(pk=capture_id).first()
    if stored is not None:
        return evidences.from_json(stored.evidence)
    from verification.searching import comparing  # noqa: PLC0415 - only who gathers needs what reads pixels

    capture = Capture.objects.select_related("session__grant").get(pk=capture_id)
    session = session_of(capture)
    artifacts = tuple(_measured(medium) for medium in capture.media.order_by("number"))
    position = _remember(capture, session, artifacts, requirements, comparing.sketches(artifacts))
    grant = capture.session.grant
    evidence = Evidence(
        group_key=grant.group_key,
        subject_key=grant.subject_key,
        session=session,
        artifacts=artifacts,
        answers=said.answers,
        blocked=said.blocked,
        exact_duplicates=earlier.exact_duplicates(grant, artifacts, before=position),
        near_duplicates=comparing.near_duplicates(grant, artifacts, requirements, before=position),
        earlier_places=earlier.places(grant, session),
        repeated_places=earlier.repeated_places(grant, session),
        scenes=comparing.scenes(artifacts),
        witnesses=earlier.witnesses(capture),
        gathered_by=CODE_VERSION,
    )
    evidence = looking.look(capture_id, evidence, requirements, at=at)
    return _store(capture_id, evidence, requirements, at)


def requirements_kept(capture_id: UUID) -> Requirements:
    """What a capture is held to: what was asked when it was gathered, whatever was changed since."""
    return wishes.from_json(Gathered.objects.values_list("requirements", flat=True).get(pk=capture_id))


def session_of(capture: Capture) -> CaptureSession:
    session, said = capture.session, signature.from_signed(capture.signed)
    clock = []
    if session.opened_at is not None and session.device_opened_at is not None:
        clock.append(ClockReading(server_at=session.opened_at, device_at=session.device_opened_at))
    # Without contact during the capture, what the clocks said in one exchange afterwards is still a reading.
    if capture.device_sent_at is not None:
        clock.append(ClockReading(server_at=capture.received_at, device_at=capture.device_sent_at))
    return CaptureSession(
        nonce=NonceState(session.nonce_state),
        signature=SignatureResult(capture.signature_result),
        offline=session.offline,
        opened_at=session.opened_at,
        received_at=capture.received_at,
        submitted_after_close=capture.after_close,
        from_file=capture.from_file,
        device_captured_at=said.captured_at,
        clock=tuple(clock),
        fixes=said.fixes,
        challenge_code=session.code or None,
        signed_media=said.media if capture.signature_result == SignatureResult.VALID else (),
    )


def _measured(medium: Medium) -> Artifact:
    """A file's facts; of one that brings its decoder down, what it did. A decoder that is away is nobody's fault."""
    data = store.read(store.ORIGINALS, medium.original_id)
    try:
        facts = intake.measure(medium.kind, data)
    except RefusedPicture as refusal:
        refused = RefusalFacts(code=refusal.code, sentence=refusal.message, fix=refusal.fix)
        return Artifact(UNREADABLE, medium.original_id, len(data), refused)
    return Artifact(medium.kind, medium.original_id, len(data), facts)


@transaction.atomic
def _remember(
    capture: Capture,
    session: CaptureSession,
    artifacts: tuple[Artifact, ...],
    requirements: Requirements,
    sketches: Mapping[str, bytes],
) -> int:
    """What later captures are compared with, and what this one compares with: everything before the answered position.

    One capture at a time, so that positions are given out in the order in which they can be seen: of two copies that
    are handed in at one moment, exactly one comes later.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('verification: positions of pictures'))")
    grant = capture.session.grant
    at_shutter = reading.fix_at_shutter(session, requirements.policy.thresholds)
    place = at_shutter.place if at_shutter else None
    for artifact in {each.sha256: each for each in artifacts}.values():
        photo = artifact.facts if isinstance(artifact.facts, PhotoFacts) else None
        Picture.objects.get_or_create(
            capture=capture,
            sha256=artifact.sha256,
            defaults={
                "mode": grant.mode,
                "claim_key": grant.claim_key,
                "group_key": grant.group_key,
                "subject_key": grant.subject_key,
                "pdq": photo.hashes["original"] if photo else "",
                "pdq_quality": photo.hash_quality if photo else 0,
                "points_sha256": (photo.features_sha256 if photo else None) or "",
                "sketch": sketches.get(artifact.sha256, b""),
                "latitude_e7": place.latitude_e7 if place else None,
                "longitude_e7": place.longitude_e7 if place else None,
                "seen_at": capture.received_at,
            },
        )
    Sighting.objects.bulk_create(
        (
            Sighting(
                capture=capture,
                number=number,
                mode=grant.mode,
                claim_key=grant.claim_key,
                subject_key=grant.subject_key,
                latitude_e7=fix.place.latitude_e7,
                longitude_e7=fix.place.longitude_e7,
                accuracy_m=fix.accuracy_m,
                captured_at=reading.best_moment(session) if fix is at_shutter else None,
            )
            for number, fix in enumerate(session.fixes)
        ),
        ignore_conflicts=True,
    )
    first = capture.pictures.order_by("position").values_list("position", flat=True).first()
    assert first is not None
    return first


def _store(capture_id: UUID, evidence: Evidence, requirements: Requirements, at: datetime) -> Evidence:
    """The first to store it has gathered it; whoever was at it too takes what is there."""
    text = evidences.to_json(evidence)
    row, _ = Gathered.objects.get_or_create(
        capture_id=capture_id,
        defaults={
            "group_key": evidence.group_key,
            "evidence": text.decode(),
            "requirements": wishes.to_json(requirements).decode(),
            "sha256": evidences.sha256(evidence),
            "gathered_at": at,
        },
    )
    return evidences.from_json(row.evidence)

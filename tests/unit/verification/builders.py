"""Evidence and requirements that pass every check, for tests to spoil one fact at a time."""

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any

from verification import policies
from verification.evidence import (
    Artifact,
    CaptureSession,
    ClockReading,
    Evidence,
    Fix,
    NonceState,
    SignatureResult,
)
from verification.geo import Place, place
from verification.photos.facts import PhotoFacts, QualityFacts
from verification.requirements import Requirements

NOON = datetime(2026, 6, 21, 10, 0, tzinfo=UTC)  # midday in Lund
SQUARE = place(55.7038, 13.1934)
SHA = "aa" * 32
OTHER_SHA = "bb" * 32


def moved(start: Place, *, north_m: float = 0.0) -> Place:
    return Place(start.latitude_e7 + round(north_m / 0.0111336), start.longitude_e7)


def photo_facts(**changes: Any) -> PhotoFacts:
    facts = PhotoFacts(
        format="jpeg",
        width=4000,
        height=3000,
        hashes={"original": "0f" * 32},
        hash_quality=100,
        features_sha256="cc" * 32,
        features_count=500,
        quality=QualityFacts(sharpness=400.0, brightness=120.0, contrast=55.0, dark_share=0.01, blown_share=0.01),
    )
    return dataclasses.replace(facts, **changes)


def photo(sha256: str = SHA, **changes: Any) -> Artifact:
    return Artifact(kind="photo", sha256=sha256, size_bytes=3_000_000, facts=photo_facts(**changes))


def fix(*, at: datetime = NOON, north_m: float = 0.0, accuracy_m: float = 8.0, **changes: Any) -> Fix:
    return Fix(at=at, place=moved(SQUARE, north_m=north_m), accuracy_m=accuracy_m, **changes)


def session(**changes: Any) -> CaptureSession:
    facts = CaptureSession(
        nonce=NonceState.FRESH,
        signature=SignatureResult.VALID,
        opened_at=NOON - timedelta(minutes=2),
        received_at=NOON + timedelta(minutes=2),
        device_captured_at=NOON,
        clock=(ClockReading(server_at=NOON, device_at=NOON),),
        fixes=(
            fix(at=NOON - timedelta(seconds=20), north_m=3.0),
            fix(north_m=1.0),
            fix(at=NOON + timedelta(seconds=10), north_m=2.0),
        ),
        signed_media=(SHA,),
    )
    return dataclasses.replace(facts, **changes)


def evidence(**changes: Any) -> Evidence:
    facts = Evidence(group_key="group-1", subject_key="subject-1", session=session(), artifacts=(photo(),))
    return dataclasses.replace(facts, **changes)


def requirements(*, reward_micros: int = 2_000_000, **changes: Any) -> Requirements:
    wishes = Requirements(
        place=SQUARE,
        radius_m=50.0,
        window_start=NOON - timedelta(hours=1),
        window_end=NOON + timedelta(hours=1),
        reward_micros=reward_micros,
        policy=policies.policy_for(reward_micros),
    )
    return dataclasses.replace(wishes, **changes)

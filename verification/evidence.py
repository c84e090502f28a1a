"""Everything gathered from one submission, frozen: facts only, no opinion on them and no thresholds.

What is asked of a submission stands in `requirements.py`, what a picture's own facts are in `photos/facts.py`. Bounty
and scout are known here as `group_key` and `subject_key`, two opaque words. Coordinates are whole 1e-7 degrees, as in
the signed capture, so that what was signed and what was judged are the same numbers.
"""

import dataclasses
import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from verification import canonical, kinds
from verification.canonical import CODEC, UnreadableFacts
from verification.geo import Place

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Fix:
    """One answer of the device's geolocation, in its own words; `at` is the device's clock."""

    at: datetime
    place: Place
    accuracy_m: float
    speed_mps: float | None = None
    heading_degrees: float | None = None


@dataclass(frozen=True, slots=True)
class ClockReading:
    """The device's clock and ours in one exchange: how far apart they are, whatever the device says later."""

    server_at: datetime
    device_at: datetime


class NonceState(StrEnum):
    FRESH = "fresh"  # issued for this claim, used once
    REUSED = "reused"
    EXPIRED = "expired"
    FOREIGN = "foreign"  # issued for another claim
    UNKNOWN = "unknown"  # never issued by us


class SignatureResult(StrEnum):
    VALID = "valid"
    INVALID = "invalid"
    WRONG_KEY = "wrong_key"  # made with a key other than the one this session opened with
    ABSENT = "absent"


class ChallengeKind(StrEnum):
    NONE = "none"
    CODE = "code"
    SECOND_VIEW = "second_view"


@dataclass(frozen=True, slots=True)
class CaptureSession:
    """What binds the capture. `opened_at` and `received_at` are our clock, everything named device is the device's."""

    nonce: NonceState
    signature: SignatureResult
    offline: bool = False
    opened_at: datetime | None = None  # None when the device had no contact while capturing
    received_at: datetime | None = None
    submitted_after_close: bool = False
    from_file: bool = False  # by the device's own word: chosen from files, not taken by our camera page
    device_captured_at: datetime | None = None
    clock: tuple[ClockReading, ...] = ()
    fixes: tuple[Fix, ...] = ()
    challenge_code: str | None = None
    signed_media: tuple[str, ...] = ()  # the sha256 words inside the signature


def _read_facts(plain: Any, siblings: dict[str, Any]) -> Any:
    return canonical.from_plain(kinds.named(siblings.get("kind")).facts, plain)


@dataclass(frozen=True, slots=True)
class Artifact:
    """One captured thing. `facts` is the dataclass that its kind is registered with (`kinds.py`)."""

    kind: str
    sha256: str
    size_bytes: int
    facts: Any = field(metadata={CODEC: (canonical.to_plain, _read_facts)})


@dataclass(frozen=True, slots=True)
class ExactDuplicate:
    """The same bytes were handed in before, under something other than this claim."""

    sha256: str
    seen_at: datetime
    same_subject: bool
    same_group: bool


class FoundBy(StrEnum):
    """Where a near-duplicate was looked for: near neighbours are compared harder than the whole store."""

    EVERYTHING = "everything"
    NEIGHBOURHOOD = "neighbourhood"  # the same bounty, place or scout


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """An earlier picture resembling this one. None says that this comparison was not made."""

    sha256: str
    other_sha256: str
    seen_at: datetime
    found_by: FoundBy
    same_subject: bool
    same_group: bool
    hash_distance: int | None = None  # bits of 256, the least over the eight forms
    form: str | None = None  # which of the eight forms was the least
    inliers: int | None = None  # ORB points that one shift, turn and scaling explains
    inlier_share: float | None = None  # of all matched points
    inlier_spread_px: float | None = None  # how far they lie from where that puts them; the picture is 640 long


@dataclass(frozen=True, slots=True)
class EarlierPlace:
    """Where and when the same subject captured before, as judged then."""

    at: datetime
    place: Place
    accuracy_m: float


@dataclass(frozen=True, slots=True)
class RepeatedPlace:
    """A fix whose coordinates stand to the last digit in earlier sessions: real receivers wander."""

    place: Place
    own_sessions: int  # earlier sessions of this subject
    other_sessions: int  # of anybody else


@dataclass(frozen=True, slots=True)
class SceneMatch:
    """Two artifacts of this submission compared as views of one scene."""

    first_sha256: str
    second_sha256: str
    matches: int
    scene_inliers: int  # points that fit one rigid scene seen from two places (fundamental matrix)
    copy_inliers: int  # points that fit a shift, turn and scaling: one picture twice
    copy_share: float


class Answered(StrEnum):
    YES = "yes"
    NO = "no"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """What one vision model says to one criterion or question, with what it claims to see and where."""

    model: str
    version: str
    prompt: str
    subject: str  # the id of the criterion or question
    answered: Answered
    value: str | None = None
    seen: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True)
class TextReading:
    """The text that one reader (OCR or vision model) found in one artifact."""

    sha256: str
    reader: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScoutAnswer:
    question_id: str
    value: str


class Blocked(StrEnum):
    """The scout's answer that what was asked for cannot be had: verified like any other answer."""

    NOT_THERE = "not_there"
    NO_ACCESS = "no_access"


@dataclass(frozen=True, slots=True)
class Witness:
    """Another subject's evidence for the same group: what it answered, and whether it stands on its own feet."""

    at: datetime
    independent: bool  # another person, device and network, as far as can be known
    blocked: Blocked | None = None
    answers: tuple[ScoutAnswer, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    group_key: str
    subject_key: str
    session: CaptureSession
    artifacts: tuple[Artifact, ...]
    answers: tuple[ScoutAnswer, ...] = ()
    blocked: Blocked | None = None
    exact_duplicates: tuple[ExactDuplicate, ...] = ()
    near_duplicates: tuple[NearDuplicate, ...] = ()
    duplicates_searched: bool = True  # False when the store could not be asked: then nothing found means nothing
    earlier_places: tuple[EarlierPlace, ...] = ()
    repeated_places: tuple[RepeatedPlace, ...] = ()
    scenes: tuple[SceneMatch, ...] = ()
    witnesses: tuple[Witness, ...] = ()
    model_answers: tuple[ModelAnswer, ...] = ()
    readings: tuple[TextReading, ...] = ()
    gathered_by: str = ""  # the code version that gathered
    format: int = FORMAT

    def artifacts_of(self, kind: str) -> tuple[Artifact, ...]:
        return tuple(artifact for artifact in self.artifacts if artifact.kind == kind)


def to_json(evidence: Evidence) -> bytes:
    """Canonical bytes: equal evidence is equal bytes, so a receipt can name it by hash."""
    return canonical.dumps(canonical.to_plain(evidence))


def sha256(evidence: Evidence) -> str:
    return hashlib.sha256(to_json(evidence)).hexdigest()


def from_json(text: bytes | str) -> Evidence:
    plain = canonical.loads(text)
    if not isinstance(plain, dict) or plain.get("format") != FORMAT:
        raise UnreadableFacts("This evidence is written in a format that this version does not read.")
    return canonical.from_plain(Evidence, plain)


def with_changes(evidence: Evidence, **changes: Any) -> Evidence:
    """The same evidence with some facts added: gathering goes in steps, and no step writes into the last one's work."""
    return dataclasses.replace(evidence, **changes)

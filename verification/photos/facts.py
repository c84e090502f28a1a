"""What can be known of one photo without knowing what it was taken for. Facts only; the checks have the opinions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from verification.geo import Place


@dataclass(frozen=True, slots=True)
class ExifFacts:
    """What the file says of itself. Anybody can write it, phones mostly leave it out: it corroborates, no more."""

    taken_at_local: str | None = None  # "YYYY-MM-DD HH:MM:SS" of the camera's clock, in no known zone
    taken_at: datetime | None = None  # only where the file says its offset from UTC
    gps_at: datetime | None = None
    place: Place | None = None
    place_accuracy_m: float | None = None
    make: str | None = None
    model: str | None = None
    software: str | None = None
    unreadable: tuple[str, ...] = ()  # fields that stand there and say nothing sensible


class Maker(StrEnum):
    EDITOR = "editor"
    GENERATOR = "generator"
    SCREEN = "screen"  # a screenshot or a screen recording


class TraceSource(StrEnum):
    EXIF = "exif"
    XMP = "xmp"
    TEXT = "text"  # PNG text chunks, JPEG comments
    C2PA = "c2pa"


@dataclass(frozen=True, slots=True)
class Trace:
    """Something in the file that names what made or changed it."""

    source: TraceSource
    maker: Maker
    name: str


class C2paState(StrEnum):
    INVALID = "invalid"
    VALID = "valid"  # well formed and unbroken: anybody can make that with a key of their own
    TRUSTED = "trusted"  # signed by somebody on the trust list


@dataclass(frozen=True, slots=True)
class C2paFacts:
    state: C2paState
    generator: str | None = None
    issuer: str | None = None
    actions: tuple[str, ...] = ()
    source_types: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QualityFacts:
    """Measured on the grey working copy (`working.SIDE` long), so that numbers compare across cameras."""

    sharpness: float  # variance of the Laplacian in the sharpest ninth of the picture
    brightness: float  # mean, 0 to 255
    contrast: float  # standard deviation, 0 to 127
    dark_share: float  # of pixels below 16
    blown_share: float  # of pixels above 250


@dataclass(frozen=True, slots=True)
class RefusalFacts:
    """Of a file that no decoder could make a picture of: why, in the words of the refusal."""

    code: str
    sentence: str
    fix: str


@dataclass(frozen=True, slots=True)
class PhotoFacts:
    format: str
    width: int  # as shown, after orientation
    height: int
    hashes: Mapping[str, str]  # PDQ: form -> 64 hex digits; "original" first
    hash_quality: int  # 0 to 100; low: too little structure to compare by
    features_sha256: str | None  # where the ORB features are stored, by content
    features_count: int
    quality: QualityFacts
    exif: ExifFacts = field(default_factory=ExifFacts)
    traces: tuple[Trace, ...] = ()
    c2pa: C2paFacts | None = None
    notes: tuple[str, ...] = ()  # oddities of the file: trailing bytes, further pictures inside

"""What the decoding child hands over, for both of its sides: whoever only asks loads nothing that decodes."""

from dataclasses import dataclass
from typing import Final

from verification.photos.facts import PhotoFacts

SHOWN: Final = 2016  # half of a 12 MP photo: exactly what a decoder can give without decoding it whole


@dataclass(frozen=True, slots=True)
class Measured:
    facts: PhotoFacts
    features: bytes  # to be stored under `facts.features_sha256`


@dataclass(frozen=True, slots=True)
class Redaction:
    detector: str
    regions: int


@dataclass(frozen=True, slots=True)
class Delivery:
    media: bytes  # JPEG
    preview: bytes  # JPEG, of the blurred picture
    width: int
    height: int
    redactions: tuple[Redaction, ...]

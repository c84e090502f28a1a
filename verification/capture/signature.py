"""The signed capture: ECDSA P-256 / SHA-256 over RFC 8785 JSON of `{v, session, nonce, captured_at, media, fixes}`.

Every number in it is whole, so that Python and JavaScript cannot differ on how one is spelled: coordinates in 1e-7
degrees, accuracy in centimetres, speed in centimetres a second, heading in hundredths of a degree.
`tests/vectors/capture.json` is shared with the page that signs.
"""

import base64
import binascii
import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from market.errors import DomainError
from verification import canonical
from verification.canonical import UnreadableFacts
from verification.evidence import Fix, SignatureResult
from verification.geo import E7, Place

VERSION = 1
_RAW_BYTES = 64  # WebCrypto signs as r || s, without the ASN.1 that most other things put around them
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z", re.ASCII)
_MOST_FIXES = 500
_MOST_MEDIA = 50
_LONGEST_WORD = 200


class InvalidCapture(DomainError):
    """The capture is not written as the protocol has it, or not signed as it says."""

    code = "invalid_capture"
    fix = "Send the capture exactly as it was signed, in the form that the capture protocol describes."


class InvalidKey(DomainError):
    """The device's key is no P-256 public key."""

    code = "invalid_device_key"
    fix = "Send a P-256 public key, as SPKI in base64url."


@dataclass(frozen=True, slots=True)
class Capture:
    """What the device says of one capture."""

    session: str
    nonce: str
    captured_at: datetime
    media: tuple[str, ...]  # sha256 of each file, in the order captured
    fixes: tuple[Fix, ...]


def to_signed(capture: Capture) -> bytes:
    """The bytes that are signed."""
    return canonical.dumps(
        {
            "v": VERSION,
            "session": capture.session,
            "nonce": capture.nonce,
            "captured_at": _moment(capture.captured_at),
            "media": list(capture.media),
            "fixes": [
                {
                    "at": _moment(fix.at),
                    "lat": fix.place.latitude_e7,
                    "lng": fix.place.longitude_e7,
                    "accuracy_cm": whole(fix.accuracy_m * 100),
                    "speed_cms": None if fix.speed_mps is None else whole(fix.speed_mps * 100),
                    "heading_cdeg": None if fix.heading_degrees is None else whole(fix.heading_degrees * 100),
                }
                for fix in capture.fixes
            ],
        }
    )


def from_signed(text: bytes | str) -> Capture:
    """Read what was signed. Anything beyond the form is refused: an unread word may mean something to somebody."""
    try:
        plain = canonical.loads(text)
    except UnreadableFacts as error:
        raise InvalidCapture(error.message) from error
    read = _exactly(plain, "v", "session", "nonce", "captured_at", "media", "fixes")
    if read["v"] != VERSION or type(read["v"]) is not int:
        raise InvalidCapture(f"Only version {VERSION} of the signed capture is understood.", param="v")
    media = _list(read["media"], "media", _MOST_MEDIA)
    if not all(isinstance(each, str) and _SHA256.fullmatch(each) for each in media):
        raise InvalidCapture("A file is named by the 64 lower-case hex digits of its sha256.", param="media")
    return Capture(
        session=_word(read["session"], "session"),
        nonce=_word(read["nonce"], "nonce"),
        captured_at=_read_moment(read["captured_at"], "captured_at"),
        media=tuple(media),
        fixes=tuple(_fix(each) for each in _list(read["fixes"], "fixes", _MOST_FIXES)),
    )


def verify(*, public_key: str, signature: str | None, signed: bytes, session_key: str) -> SignatureResult:
    """What the signature is worth. `session_key` is the key that this session was opened with."""
    if not signature:
        return SignatureResult.ABSENT
    if _bytes(public_key) != _bytes(session_key):
        return SignatureResult.WRONG_KEY
    raw = _bytes(signature)
    if raw is None or len(raw) != _RAW_BYTES:
        return SignatureResult.INVALID
    half = _RAW_BYTES // 2
    wrapped = utils.encode_dss_signature(int.from_bytes(raw[:half]), int.from_bytes(raw[half:]))
    try:
        read_key(public_key).verify(wrapped, signed, ec.ECDSA(SHA256()))
    except InvalidSignature:
        return SignatureResult.INVALID
    return SignatureResult.VALID


def read_key(text: str) -> ec.EllipticCurvePublicKey:
    try:
        key = load_der_public_key(_bytes(text) or b"")
    except (ValueError, TypeError) as error:
        raise InvalidKey("This is not a public key.", param="public_key") from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise InvalidKey("The key is not on the curve P-256.", param="public_key")
    return key


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes | None:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None


def _moment(at: datetime) -> str:
    """As JavaScript's `toISOString` writes it: in UTC, with milliseconds."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def whole(value: float) -> int:
    # JavaScript's Math.round goes up at a half, Python's round goes to the even one: the rule here is JavaScript's.
    return math.floor(value + 0.5)


def _read_moment(text: object, param: str) -> datetime:
    if not isinstance(text, str) or not _MOMENT.fullmatch(text):
        raise InvalidCapture("A moment is written in UTC with milliseconds.", param=param)
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidCapture("There is no such moment.", param=param) from error


def _fix(plain: object) -> Fix:
    read = _exactly(plain, "at", "lat", "lng", "accuracy_cm", "speed_cms", "heading_cdeg")
    latitude, longitude = _integer(read["lat"], 90 * E7), _integer(read["lng"], 180 * E7)
    accuracy = _integer(read["accuracy_cm"], 10**10)
    speed = None if read["speed_cms"] is None else _integer(read["speed_cms"], 10**8)
    heading = None if read["heading_cdeg"] is None else _integer(read["heading_cdeg"], 36_000)
    if accuracy < 0 or (speed or 0) < 0 or (heading or 0) < 0:
        raise InvalidCapture("Accuracy, speed and heading are not negative.", param="fixes")
    return Fix(
        at=_read_moment(read["at"], "fixes"),
        place=Place(latitude, longitude),
        accuracy_m=accuracy / 100,
        speed_mps=None if speed is None else speed / 100,
        heading_degrees=None if heading is None else heading / 100,
    )


def _exactly(plain: object, *names: str) -> dict[str, Any]:
    if not isinstance(plain, dict) or plain.keys() != set(names):
        raise InvalidCapture(f"Exactly these names are wanted: {', '.join(names)}.")
    return plain


def _list(plain: object, param: str, most: int) -> list[Any]:
    if not isinstance(plain, list) or len(plain) > most:
        raise InvalidCapture(f"A list of at most {most} is wanted.", param=param)
    return plain


def _word(plain: object, param: str) -> str:
    if not isinstance(plain, str) or not 0 < len(plain) <= _LONGEST_WORD:
        raise InvalidCapture("A word is wanted.", param=param)
    return plain


def _integer(plain: object, most: int) -> int:
    if type(plain) is not int or abs(plain) > most:
        raise InvalidCapture("A whole number within its bounds is wanted.", param="fixes")
    return plain

"""What verification keeps: captures as they came, and what was gathered, found and delivered. One idea per file."""

from verification.models.capture import Capture, Grant, Medium, Nonce, Original, Piece, Session, Upload
from verification.models.findings import Delivered, Gathered, ModelReading, Receipt, Verdict
from verification.models.history import Picture, Sighting
from verification.models.signing_key import SigningKey

__all__ = [
    "Capture",
    "Delivered",
    "Gathered",
    "Grant",
    "Medium",
    "ModelReading",
    "Nonce",
    "Original",
    "Picture",
    "Piece",
    "Receipt",
    "Session",
    "Sighting",
    "SigningKey",
    "Upload",
    "Verdict",
]

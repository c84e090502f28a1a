"""Web push on the wire: sealed for one browser (RFC 8291), said to be from us (RFC 8292). Pure but for chance.

Whoever runs the push service can see that something was sent, to which browser and when, and not what.
"""

import base64
import json
import os
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

RECORD_BYTES = 4096
# A push service takes at least that much, sealed: header, tag and the mark of the end are ours.
MOST_BYTES = 3_900
_CURVE = ec.SECP256R1()


@dataclass(frozen=True, slots=True)
class Receiver:
    public_key: bytes
    secret: bytes


def seal(
    message: bytes, receiver: Receiver, *, key: ec.EllipticCurvePrivateKey | None = None, salt: bytes | None = None
) -> bytes:
    """For this receiver alone. `key` and `salt` are new for every message; given only to compare with the standard."""
    if len(message) > MOST_BYTES:
        raise ValueError("too long for one push message")
    key, salt = key or ec.generate_private_key(_CURVE), salt or os.urandom(16)
    own = point(key.public_key())
    shared = key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, receiver.public_key))
    about = b"WebPush: info\x00" + receiver.public_key + own
    material = _derived(shared, salt=receiver.secret, about=about, length=32)
    content_key = _derived(material, salt=salt, about=b"Content-Encoding: aes128gcm\x00", length=16)
    nonce = _derived(material, salt=salt, about=b"Content-Encoding: nonce\x00", length=12)
    header = salt + RECORD_BYTES.to_bytes(4) + len(own).to_bytes(1) + own
    return header + AESGCM(content_key).encrypt(nonce, message + b"\x02", None)


def signed_by_us(key: ec.EllipticCurvePrivateKey, *, origin: str, contact: str, until: int) -> str:
    """The Authorization header: who we are, to whom we say it, for how long."""
    head = base64url(json.dumps({"typ": "JWT", "alg": "ES256"}).encode())
    said = base64url(json.dumps({"aud": origin, "exp": until, "sub": contact}).encode())
    r, s = decode_dss_signature(key.sign(f"{head}.{said}".encode(), ec.ECDSA(hashes.SHA256())))
    return f"vapid t={head}.{said}.{base64url(r.to_bytes(32) + s.to_bytes(32))}, k={base64url(point(key.public_key()))}"


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _derived(material: bytes, *, salt: bytes, about: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, about).derive(material)

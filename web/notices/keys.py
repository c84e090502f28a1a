"""The key by which push services know this house: made once, on this machine, when it is first needed."""

from functools import cache

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from verification.keys import folder, made_once
from web.notices.push import base64url, point


@cache
def push_key() -> ec.EllipticCurvePrivateKey:
    key = load_pem_private_key(made_once(folder() / "push.pem", _new), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("push messages are signed with a P-256 key")
    return key


def public_push_key() -> str:
    """As a browser wants it when it subscribes."""
    return base64url(point(push_key().public_key()))


def _new() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

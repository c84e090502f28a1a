"""What a simulated phone adds to a picture: a key of its own to sign with, and a receiver that wanders as real ones do.

It says what the capture protocol has a phone say, and knows no bounty and no outcome. The phone of the tests is built
on it; that its words are right is held by test vectors that other people's code answers too.
"""

import hashlib
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

from bounties.places import Place, destination, way
from verification import geo
from verification.capture import signature
from verification.evidence import Fix

_CURVE_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_WALKING_MPS: Final = 1.4
_BETWEEN_FIXES: Final = timedelta(seconds=4)


@dataclass(frozen=True)
class Phone:
    """`secret` makes it this phone and no other: the same one after a restart, without a key being kept anywhere."""

    secret: bytes

    @cached_property
    def _key(self) -> ec.EllipticCurvePrivateKey:
        digest = hashlib.blake2b(b"device key of " + self.secret).digest()
        return ec.derive_private_key(int.from_bytes(digest) % (_CURVE_ORDER - 1) + 1, ec.SECP256R1())

    @property
    def public_key(self) -> str:
        public = self._key.public_key()
        return signature.base64url(
            public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        )

    def sign(self, signed: bytes) -> str:
        r, s = utils.decode_dss_signature(self._key.sign(signed, ec.ECDSA(hashes.SHA256())))
        return signature.base64url(r.to_bytes(32) + s.to_bytes(32))


def walk(*, to: Place, accuracy_m: float, at: datetime, fixes: int = 6, seed: str) -> tuple[Fix, ...]:
    """The last steps of the way, the oldest first: each fix nearer, and sharper than the one before."""
    dice = random.Random(seed)  # noqa: S311 - a walk, no secret
    # From the side of the equator, so that nobody comes from beyond a pole.
    origin = Place(0.0, to.lng)
    bearing = way(to, origin).bearing + dice.uniform(-60, 60)
    told = []
    for left in reversed(range(fixes)):
        metres = left * _WALKING_MPS * _BETWEEN_FIXES.total_seconds()
        there = destination(to, bearing=bearing, metres=metres)
        # What a receiver says wanders, also where nobody moves; by less than it admits.
        seen = destination(there, bearing=dice.uniform(0, 360), metres=dice.uniform(0.1, 0.4) * accuracy_m)
        told.append(
            Fix(
                at=at - left * _BETWEEN_FIXES - timedelta(milliseconds=dice.randrange(200, 900)),
                place=geo.place(seen.lat, seen.lng),
                accuracy_m=round(accuracy_m * (1 + 0.35 * left), 2),
                speed_mps=_WALKING_MPS if left else 0.0,
            )
        )
    return tuple(told)

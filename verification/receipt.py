"""The observation receipt: what was claimed, found and decided, signed by us so that anybody can check it offline.

`python -m verification.receipt FILE [--keys KEYS]` says whether a receipt is whole and, given the published keys, ours.
Keys are replaced: one that is retired has signed nothing since, one that is revoked vouches for nothing any more.
A receipt names no scout, no device and no track: place and time are those the buyer asked for and was answered.
"""

import argparse
import base64
import binascii
import dataclasses
import hashlib
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from market.errors import DomainError
from verification import canonical
from verification import evidence as evidences
from verification.canonical import UnreadableFacts
from verification.checks.result import CheckResult
from verification.decide import Verdict
from verification.evidence import Evidence, ModelAnswer
from verification.geo import Place
from verification.requirements import Requirements

VERSION = 1
ALGORITHM = "Ed25519"


class InvalidReceipt(DomainError):
    """The receipt is not ours, or was changed."""

    code = "invalid_receipt"
    fix = "Fetch the receipt again; if it still does not verify, it is not ours or was changed."


class KeyStatus(StrEnum):
    IN_USE = "in_use"
    RETIRED = "retired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class PublishedKey:
    """A key as it stands under /.well-known/."""

    public_key: str
    status: KeyStatus = KeyStatus.IN_USE
    retired_at: datetime | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SeenCheck:
    """A check as the buyer sees it: no sentence for the scout and no number that tells where else the scout was."""

    check: str
    outcome: str
    severity: str
    reason: str
    sentence: str
    numbers: Mapping[str, float | int | bool | str | None]
    threshold: Mapping[str, float | int | bool | str | None]


@dataclass(frozen=True, slots=True)
class Receipt:
    v: int
    issuer: str
    submission: str  # the result's own id, as the buyer knows it
    issued_at: datetime
    captured_from: datetime | None  # our clock: the session's opening and its handing in
    captured_until: datetime | None
    place: Place  # the point asked for, and how near to it the capture was
    radius_m: float
    decision: str
    rule: str
    rules_version: str
    level: str
    blocked: str | None
    evidence_sha256: str
    artifacts: Mapping[str, str]  # sha256 of the original -> kind
    delivered: tuple[str, ...]  # sha256 of each redacted copy
    checks: tuple[SeenCheck, ...]
    models: tuple[str, ...]
    licence: str


def write(
    *,
    issuer: str,
    submission: str,
    at: datetime,
    evidence: Evidence,
    requirements: Requirements,
    verdict: Verdict,
    delivered: tuple[str, ...],
    licence: str,
) -> Receipt:
    return Receipt(
        v=VERSION,
        issuer=issuer,
        submission=submission,
        issued_at=at,
        captured_from=evidence.session.opened_at,
        captured_until=evidence.session.received_at,
        place=requirements.place,
        radius_m=requirements.radius_m,
        decision=verdict.decision.value,
        rule=verdict.rule.value,
        rules_version=verdict.rules_version,
        level=verdict.level.value,
        blocked=evidence.blocked.value if evidence.blocked else None,
        evidence_sha256=evidences.sha256(evidence),
        artifacts={artifact.sha256: artifact.kind for artifact in evidence.artifacts},
        delivered=delivered,
        checks=tuple(_seen(result) for result in verdict.checks),
        models=tuple(dict.fromkeys(_named(each) for each in evidence.model_answers)),
        licence=licence,
    )


def sign(receipt: Receipt, *, key: Ed25519PrivateKey) -> bytes:
    """The receipt with its signature, as canonical JSON: what is stored and delivered."""
    body = canonical.to_plain(receipt)
    signature = key.sign(canonical.dumps(body))
    return canonical.dumps(
        {
            "receipt": body,
            "signature": {
                "alg": ALGORITHM,
                "kid": key_id(key.public_key()),
                "public_key": _written(_raw(key.public_key())),
                "value": _written(signature),
            },
        }
    )


def verify(text: bytes | str, *, keys: Mapping[str, PublishedKey] | None = None) -> Receipt:
    """The receipt, if its signature holds. Without `keys` (by kid) it only says that nothing was changed."""
    try:
        plain = canonical.loads(text)
        body, signature = plain["receipt"], plain["signature"]
        kid, value = str(signature["kid"]), _read(signature["value"])
        public = _read(signature["public_key"] if keys is None else _known(keys, kid).public_key)
        algorithm = signature["alg"]
        signed = canonical.dumps(body)
        key = Ed25519PublicKey.from_public_bytes(public)
    except (UnreadableFacts, KeyError, TypeError, ValueError) as error:
        raise InvalidReceipt("This is not a signed receipt.") from error
    if algorithm != ALGORITHM or key_id(key) != kid:
        raise InvalidReceipt("The receipt does not name the key that signed it.")
    try:
        key.verify(value, signed)
    except InvalidSignature as error:
        raise InvalidReceipt("The signature does not fit: something in the receipt was changed.") from error
    if not isinstance(body, dict) or body.get("v") != VERSION:
        raise InvalidReceipt("The receipt is whole, but of a version that is not read here.")
    receipt = canonical.from_plain(Receipt, body)
    if keys is not None:
        _require_signing(keys[kid], receipt.issued_at)
    return receipt


def key_id(key: Ed25519PublicKey) -> str:
    """Names a key by its own bytes, so that two keys never share a name when they are rotated."""
    return hashlib.sha256(_raw(key)).hexdigest()[:16]


def published_key(key: Ed25519PublicKey) -> PublishedKey:
    return PublishedKey(_written(_raw(key)))


def published(keys: Iterable[PublishedKey]) -> dict[str, Any]:
    """What stands under /.well-known/: every key that ever signed, for receipts live as long as observations."""
    return {"keys": [{"alg": ALGORITHM, "kid": _kid(each), **canonical.to_plain(each)} for each in keys]}


def read_published(text: bytes | str) -> dict[str, PublishedKey]:
    """The other way round. A key that names itself as another one is none."""
    try:
        said = [(each.pop("kid"), each.pop("alg"), each) for each in canonical.loads(text)["keys"]]
        keys = {
            kid: canonical.from_plain(PublishedKey, plain) for kid, algorithm, plain in said if algorithm == ALGORITHM
        }
        names = {_kid(key) for key in keys.values()}
    except (UnreadableFacts, KeyError, TypeError, AttributeError, ValueError) as error:
        raise InvalidReceipt("These are no published keys.") from error
    if names != keys.keys():
        raise InvalidReceipt("These are no published keys: one goes under another's name.")
    return keys


def _require_signing(key: PublishedKey, issued_at: datetime) -> None:
    if key.status is KeyStatus.REVOKED:
        # Whoever has it can sign any date as well, so no date helps.
        raise InvalidReceipt("The receipt is signed with a key that was revoked: it proves nothing any more.")
    if key.status is KeyStatus.RETIRED and (key.retired_at is None or issued_at > key.retired_at):
        raise InvalidReceipt("The receipt says that it was issued after its key was retired.")


def _seen(result: CheckResult) -> SeenCheck:
    return SeenCheck(
        check=result.check,
        outcome=result.outcome.value,
        severity=result.severity.value,
        reason=result.reason,
        sentence=result.buyer,
        numbers=result.numbers,
        threshold=result.threshold,
    )


def _named(answer: ModelAnswer) -> str:
    return f"{answer.model} {answer.version} ({answer.prompt})"


def _kid(key: PublishedKey) -> str:
    return key_id(Ed25519PublicKey.from_public_bytes(_read(key.public_key)))


def _known(keys: Mapping[str, PublishedKey], kid: str) -> PublishedKey:
    if kid not in keys:
        raise InvalidReceipt("The receipt is signed with a key that is not among the published ones.")
    return keys[kid]


def _raw(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def _written(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _read(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("not base64url") from error


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m verification.receipt", description="Verify a receipt, offline.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--keys", type=Path, help="the exchange's published keys, as fetched from /.well-known/")
    asked = parser.parse_args(arguments)
    try:
        keys = read_published(asked.keys.read_bytes()) if asked.keys else None
        receipt = verify(asked.file.read_bytes(), keys=keys)
    except (DomainError, OSError) as error:
        print(f"NOT VALID: {error}")
        return 1
    print("VALID, signed with a published key" if keys else "WHOLE, but without --keys it is not known who signed it")
    for field in dataclasses.fields(receipt):
        if field.name != "checks":
            print(f"  {field.name}: {canonical.to_plain(getattr(receipt, field.name))}")
    for check in receipt.checks:
        print(f"  {check.outcome:8}{check.check}: {check.sentence}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

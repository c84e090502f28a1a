import base64
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from verification.capture.signature import (
    InvalidCapture,
    InvalidKey,
    base64url,
    from_signed,
    read_key,
    to_signed,
    verify,
    whole,
)
from verification.evidence import SignatureResult

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "capture.json").read_text())
KEY = VECTORS["key"]["public_key"]
FIRST = VECTORS["valid"][0]


def check(vector: dict[str, Any], *, key: str = KEY, session_key: str = KEY) -> SignatureResult:
    return verify(
        public_key=key, signature=vector["signature"], signed=vector["canonical"].encode(), session_key=session_key
    )


@pytest.mark.parametrize("vector", VECTORS["valid"], ids=lambda vector: vector["name"])
def test_what_the_vectors_sign_is_valid_and_reads_back_to_the_same_bytes(vector: dict[str, Any]) -> None:
    assert hashlib.sha256(vector["canonical"].encode()).hexdigest() == vector["sha256"]
    assert to_signed(from_signed(json.dumps(vector["capture"]))) == vector["canonical"].encode()
    assert check(vector) == "valid"


@pytest.mark.parametrize("vector", VECTORS["invalid"], ids=lambda vector: vector["name"])
def test_what_the_vectors_spoil_is_invalid(vector: dict[str, Any]) -> None:
    assert check(vector) == "invalid"


@pytest.mark.parametrize("case", VECTORS["rounding"], ids=lambda case: f"{case['value']} x {case['scale']}")
def test_halves_go_up_as_they_do_in_javascript(case: dict[str, Any]) -> None:
    assert whole(case["value"] * case["scale"]) == case["whole"]


@pytest.mark.parametrize("index", range(0, len(FIRST["canonical"]), 7))
def test_no_letter_can_be_changed(index: int) -> None:
    letters = list(FIRST["canonical"])
    letters[index] = "!" if letters[index] != "!" else "?"
    assert check({"canonical": "".join(letters), "signature": FIRST["signature"]}) == "invalid"


def test_a_key_signs_what_it_signs_and_another_key_is_named() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    other = base64url(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    r, s = utils.decode_dss_signature(key.sign(FIRST["canonical"].encode(), ec.ECDSA(SHA256())))
    signed = {"canonical": FIRST["canonical"], "signature": base64url(r.to_bytes(32) + s.to_bytes(32))}
    assert check(signed, key=other, session_key=other) == "valid"
    assert check(signed, key=other, session_key=KEY) == "wrong_key"


@pytest.mark.parametrize("signature", [None, ""])
def test_no_signature_is_absent(signature: str | None) -> None:
    assert check({"canonical": FIRST["canonical"], "signature": signature}) == "absent"


@pytest.mark.parametrize("signature", ["*", "AAAA", "A" * 87])
def test_what_is_no_signature_is_invalid(signature: str) -> None:
    assert check({"canonical": FIRST["canonical"], "signature": signature}) == "invalid"


def test_a_key_on_another_curve_is_refused() -> None:
    other = ec.generate_private_key(ec.SECP384R1()).public_key()
    with pytest.raises(InvalidKey):
        read_key(base64url(other.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)))
    with pytest.raises(InvalidKey):
        read_key(base64.b64encode(b"no key").decode())


@pytest.mark.parametrize(
    "spoil",
    [
        lambda capture: capture.update(v=2),
        lambda capture: capture.update(v=True),
        lambda capture: capture.update(extra=1),
        lambda capture: capture.pop("nonce"),
        lambda capture: capture.update(nonce=""),
        lambda capture: capture.update(captured_at="2026-06-21T10:00:00Z"),
        lambda capture: capture.update(captured_at="2026-06-31T10:00:00.000Z"),
        lambda capture: capture.update(media=["A" * 64]),
        lambda capture: capture.update(media="a" * 64),
        lambda capture: capture["fixes"][0].update(lat=55.7),
        lambda capture: capture["fixes"][0].update(lat=900000001),
        lambda capture: capture["fixes"][0].update(lng=True),
        lambda capture: capture["fixes"][0].update(accuracy_cm=-1),
        lambda capture: capture["fixes"][0].update(altitude=3),
        lambda capture: capture.update(fixes=capture["fixes"] * 501),
    ],
)
def test_a_capture_that_keeps_to_no_form_is_refused(spoil: Callable[..., Any]) -> None:
    capture = json.loads(FIRST["canonical"])
    spoil(capture)
    with pytest.raises(InvalidCapture):
        from_signed(json.dumps(capture))


@pytest.mark.parametrize("text", ["", "[]", "null", "{", '{"v":1,"v":1}'])
def test_what_is_no_capture_is_refused(text: str) -> None:
    with pytest.raises(InvalidCapture):
        from_signed(text)

"""Push messages on the wire: against the standard's own example, and opened again by the other side's rules."""

import base64
import json
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from tests.fakes.push_service import Browser
from web.notices.push import MOST_BYTES, Receiver, point, seal, signed_by_us


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_it_seals_the_example_of_rfc_8291_to_the_byte() -> None:
    receiver = Receiver(
        _bytes("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
        _bytes("BTBZMqHH6r4Tts7J_aSIgg"),
    )
    own = ec.derive_private_key(int.from_bytes(_bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")), ec.SECP256R1())
    sealed = seal(
        b"When I grow up, I want to be a watermelon", receiver, key=own, salt=_bytes("DGv6ra1nlYgDCS1FRnbzlw")
    )
    assert sealed == _bytes(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl"
        "7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_only_the_browser_it_is_for_can_open_it() -> None:
    browser, other = Browser(), Browser()
    sealed = seal("Señal · 標".encode(), browser.receiver)
    assert browser.open(sealed) == "Señal · 標".encode()
    with pytest.raises(InvalidTag):
        other.open(sealed)


def test_no_two_sealed_messages_are_alike() -> None:
    browser = Browser()
    assert seal(b"same", browser.receiver) != seal(b"same", browser.receiver)


def test_what_a_push_service_need_not_take_is_refused() -> None:
    with pytest.raises(ValueError, match="too long"):
        seal(b"x" * (MOST_BYTES + 1), Browser().receiver)


def test_the_signature_says_who_we_are_to_whom_and_until_when() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    header = signed_by_us(key, origin="https://push.example", contact="https://sightline.example", until=1_800_000_000)
    token, public = header.removeprefix("vapid t=").split(", k=")
    head, said, signature = token.split(".")
    assert _bytes(public) == point(key.public_key())
    raw = _bytes(signature)
    der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    key.public_key().verify(der, f"{head}.{said}".encode(), ec.ECDSA(hashes.SHA256()))
    claims: dict[str, Any] = json.loads(_bytes(said))
    assert claims == {"aud": "https://push.example", "exp": 1_800_000_000, "sub": "https://sightline.example"}

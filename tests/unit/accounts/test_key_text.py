"""What a key looks like, and what is not one."""

from uuid import UUID

import pytest

from market.accounts import key_text
from market.ids import new_id
from market.redaction import redacted


def test_what_is_written_is_read() -> None:
    key_id, secret = new_id(), key_text.new_secret()
    presented = key_text.read(key_text.write(mode="test", key_id=key_id, secret=secret))
    assert presented == key_text.PresentedKey("test", key_id, secret)


def test_a_secret_has_256_bits() -> None:
    secrets = {key_text.new_secret() for _ in range(100)}
    assert len(secrets) == 100
    assert {len(secret) for secret in secrets} == {52}  # 52 letters of 5 bits: 256 and 4 of padding


def test_the_digest_is_sha256() -> None:
    assert key_text.digest("abc").hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def _good() -> str:
    return key_text.write(mode="test", key_id=UUID(int=2**120 + 5), secret="a" * 52)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Bearer",
        _good() + "\n",
        " " + _good(),
        _good().upper(),
        _good().replace("sl_test", "sl_prod"),
        _good()[:-1],
        _good() + "a",
        _good().replace("_", "-"),
        "sl_test_" + "u" * 26 + "_" + "a" * 52,  # a letter that ids do not have
        "sl_test_" + "z" * 26 + "_" + "a" * 52,  # an id of more than 128 bits
        "sl_test_" + "é" * 26 + "_" + "a" * 52,
    ],
)
def test_what_is_no_key_is_not_read(text: str) -> None:
    assert key_text.read(text) is None


def test_a_presented_key_does_not_print_its_secret() -> None:
    presented = key_text.read(_good())
    assert presented is not None
    assert "aaaa" not in repr(presented)


def test_the_hint_holds_no_secret() -> None:
    key_id, secret = new_id(), key_text.new_secret()
    text = key_text.write(mode="live", key_id=key_id, secret=secret)
    hint = key_text.hint(mode="live", key_id=key_id)
    assert text == f"{hint}_{secret}"


def test_the_log_writer_knows_keys_and_claim_tokens() -> None:
    claim_token = "slc_" + "0f" * 32
    line = redacted(f"GET /owner/claim/{claim_token} with {_good()}")
    assert "0f0f" not in line
    assert "aaaa" not in line

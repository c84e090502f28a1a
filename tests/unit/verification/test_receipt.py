import dataclasses
import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.unit.verification.builders import NOON, SQUARE, evidence, moved, requirements
from verification.decide import decide
from verification.evidence import EarlierPlace
from verification.receipt import (
    InvalidReceipt,
    KeyStatus,
    PublishedKey,
    Receipt,
    key_id,
    published,
    published_key,
    read_published,
    sign,
    verify,
    write,
)

KEY, OTHER_KEY = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
OURS = published_key(KEY.public_key())
KEYS = {key_id(KEY.public_key()): OURS}
ELSEWHERE = moved(SQUARE, north_m=1234.0)


def receipt(given: Any = None) -> Receipt:
    given = given or evidence(earlier_places=(EarlierPlace(NOON - timedelta(days=1), ELSEWHERE, 5.0),))
    return write(
        issuer="exchange.example",
        submission="sub_1",
        at=NOON,
        evidence=given,
        requirements=requirements(),
        verdict=decide(given, requirements()),
        delivered=("dd" * 32,),
        licence="capture-1",
    )


def test_a_signed_receipt_reads_back_as_it_was_written() -> None:
    assert verify(sign(receipt(), key=KEY), keys=KEYS) == receipt()


def test_equal_receipts_are_equal_bytes() -> None:
    assert sign(receipt(), key=KEY) == sign(receipt(), key=KEY)


def test_a_changed_receipt_does_not_verify() -> None:
    plain = json.loads(sign(receipt(), key=KEY))
    plain["receipt"]["decision"] = "reject"
    with pytest.raises(InvalidReceipt, match="changed"):
        verify(json.dumps(plain), keys=KEYS)


def test_a_receipt_by_an_unknown_key_is_not_ours() -> None:
    with pytest.raises(InvalidReceipt, match="published"):
        verify(sign(receipt(), key=OTHER_KEY), keys=KEYS)


def under(**changes: Any) -> dict[str, PublishedKey]:
    return {key_id(KEY.public_key()): dataclasses.replace(OURS, **changes)}


def test_a_retired_key_counts_for_what_it_signed_while_it_was_in_use() -> None:
    signed, minute = sign(receipt(), key=KEY), timedelta(minutes=1)
    assert verify(signed, keys=under(status=KeyStatus.RETIRED, retired_at=NOON + minute)) == receipt()
    for ended in (NOON - minute, None):
        with pytest.raises(InvalidReceipt, match="after its key was retired"):
            verify(signed, keys=under(status=KeyStatus.RETIRED, retired_at=ended))


def test_a_revoked_key_counts_for_nothing() -> None:
    later = NOON + timedelta(days=9)
    with pytest.raises(InvalidReceipt, match="revoked"):
        verify(sign(receipt(), key=KEY), keys=under(status=KeyStatus.REVOKED, retired_at=later, revoked_at=later))


def test_published_keys_are_read_back_and_none_goes_under_anothers_name() -> None:
    keys = under(status=KeyStatus.RETIRED, retired_at=NOON)
    text = json.dumps(published(keys.values()))
    assert read_published(text) == keys
    for wrong in (text.replace(key_id(KEY.public_key()), key_id(OTHER_KEY.public_key())), "{}", '{"keys": [1]}', "[]"):
        with pytest.raises(InvalidReceipt, match="no published keys"):
            read_published(wrong)


def test_a_stolen_key_name_does_not_help() -> None:
    plain = json.loads(sign(receipt(), key=OTHER_KEY))
    plain["signature"]["kid"] = key_id(KEY.public_key())
    for keys in (KEYS, None):
        with pytest.raises(InvalidReceipt):
            verify(json.dumps(plain), keys=keys)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"receipt": 1, "signature": {}}', "null"])
def test_what_is_no_receipt_is_refused(text: str) -> None:
    with pytest.raises(InvalidReceipt):
        verify(text)


def test_a_receipt_names_neither_the_scout_nor_the_track() -> None:
    text = sign(receipt(), key=KEY).decode()
    assert "subject-1" not in text
    assert "group-1" not in text
    assert "speed_mps" not in text
    assert str(ELSEWHERE.latitude_e7) not in text
    assert str(evidence().session.fixes[0].place.latitude_e7) not in text


def test_the_command_verifies_offline(tmp_path: Path) -> None:
    good, bad, keys = tmp_path / "good.json", tmp_path / "bad.json", tmp_path / "keys.json"
    good.write_bytes(sign(receipt(), key=KEY))
    bad.write_bytes(good.read_bytes().replace(b"accept", b"reject"))
    keys.write_text(json.dumps(published([OURS])))

    def run(*arguments: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "verification.receipt", *map(str, arguments)],
            cwd=Path(__file__).parents[3],
            capture_output=True,
            text=True,
            check=False,
        )

    ours, anybodys, changed = run(good, "--keys", keys), run(good), run(bad)
    assert (ours.returncode, ours.stdout.splitlines()[0]) == (0, "VALID, signed with a published key")
    assert anybodys.returncode == 0
    assert anybodys.stdout.startswith("WHOLE, but")
    assert changed.returncode == 1
    assert changed.stdout.startswith("NOT VALID")
    assert run(tmp_path / "none.json").returncode == 1

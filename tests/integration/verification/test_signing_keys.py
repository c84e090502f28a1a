"""Keys of receipts are replaced, and what was signed before still verifies, by what anybody can fetch."""

import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from pydantic import SecretStr

from bounties import capturing, verifying
from bounties.models import Claim, Submission
from tests.integration.bounties.story import Story
from tests.phone import Phone
from tests.unit.verification.photos.pictures import encoded, scene
from verification import keys, operations, receipt
from verification.models import Receipt, SigningKey
from verification.operations.signing_keys import KeyDoesNotSign

PHOTO = encoded(scene(16), quality=92)


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(keys, "folder", lambda: tmp_path)
    keys.receipt_key.cache_clear()
    yield
    keys.receipt_key.cache_clear()


@pytest.fixture
def submission(own_folder: None, story: Story, phone: Callable[[Claim], Phone]) -> Submission:
    answer = phone(story.claim(story.post())).capture(PHOTO)
    made = Submission.objects.get(pk=answer.json()["submission"])
    verifying.verify_submission(submission_id=made.id, at=datetime.now(UTC))
    return made


def fetched() -> dict[str, receipt.PublishedKey]:
    answer = Client().get("/.well-known/sightline-receipt-keys.json")
    assert (answer.status_code, answer["Access-Control-Allow-Origin"]) == (200, "*")
    return receipt.read_published(answer.content)


def told(*options: str) -> list[str]:
    out = io.StringIO()
    call_command("receipt_keys", *options, stdout=out)
    return out.getvalue().splitlines()


def test_before_anything_is_signed_the_key_is_published(own_folder: None, db: None) -> None:
    assert [each.status for each in fetched().values()] == ["in_use"]
    assert not SigningKey.objects.exists()
    pem = Client().get("/.well-known/sightline-authority.pem")
    assert pem.content.startswith(b"-----BEGIN CERTIFICATE-----")
    assert b"PRIVATE" not in pem.content


def test_a_rotated_key_stays_published_and_its_receipts_verify(submission: Submission) -> None:
    signed = capturing.receipt_of(submission, at=datetime.now(UTC))
    old = Receipt.objects.get().key_id
    told("--renew")
    assert told("--retire", old)[-1].startswith(f"{old}  retired")
    published = fetched()
    assert [each.status for each in published.values()] == ["in_use", "retired"]
    assert receipt.verify(signed, keys=published).decision
    assert capturing.receipt_of(submission, at=datetime.now(UTC)) == signed


def test_a_process_that_still_has_a_retired_key_signs_nothing_with_it(submission: Submission) -> None:
    at = datetime.now(UTC)
    with transaction.atomic():
        operations.signing_keys.key_in_use(at=at)
    operations.retire_key(kid=SigningKey.objects.get().kid, at=at)
    with pytest.raises(KeyDoesNotSign):
        capturing.receipt_of(submission, at=at)
    assert not Receipt.objects.exists()
    keys.renew_receipt_key()
    assert receipt.verify(capturing.receipt_of(submission, at=at), keys=fetched()).decision


def test_a_revoked_key_is_published_as_such_and_proves_nothing(submission: Submission) -> None:
    signed = capturing.receipt_of(submission, at=datetime.now(UTC))
    assert "revoked" in told("--revoke", Receipt.objects.get().key_id)[0]
    with pytest.raises(receipt.InvalidReceipt, match="revoked"):
        receipt.verify(signed, keys=fetched())


def test_the_command_refuses_what_it_cannot_do(own_folder: None, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match="no key"):
        told("--retire", "0" * 16)

    class Config:
        receipt_key = SecretStr("in the environment")

    monkeypatch.setattr("verification.management.commands.receipt_keys.config", Config)
    with pytest.raises(CommandError, match="RECEIPT_KEY"):
        told("--renew")


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ("('x', 'a', now(), NULL, NULL)", "signing_key_has_a_name"),
        ("('0123456789abcdef', 'a', now(), now() - interval '1 second', NULL)", "signing_key_retires_after"),
        ("('0123456789abcdef', 'a', now(), NULL, now())", "signing_key_revoked_is_retired"),
    ],
)
def test_rows_that_contradict_themselves_are_refused(db: None, values: str, constraint: str) -> None:
    columns = "kid, public_key, first_used_at, retired_at, revoked_at"
    with pytest.raises(IntegrityError, match=constraint), connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO verification_signingkey ({columns}) VALUES {values}")

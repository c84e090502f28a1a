# ruff: noqa: E501 - one statement of SQL is read in one piece
"""What the database itself refuses, whoever asks."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from bounties import capturing, verifying
from bounties.models import Claim, Submission
from tests.integration.bounties.story import Story
from tests.phone import Phone
from tests.unit.verification.photos.pictures import encoded, scene

PHOTO = encoded(scene(2, (320, 240)), quality=92)  # small: every test here hands it in and has it verified


@pytest.fixture
def kept(story: Story, phone: Callable[[Claim], Phone]) -> None:
    """One of everything."""
    answer = phone(story.claim(story.post())).capture(PHOTO)
    submission = Submission.objects.get(pk=answer.json()["submission"])
    verifying.verify_submission(submission_id=submission.id, at=datetime.now(UTC))
    capturing.receipt_of(submission, at=datetime.now(UTC))
    run(
        "INSERT INTO verification_modelreading (capture_id, model, prompt, reading, tokens_in, tokens_out, read_at)"
        " SELECT session_id, 'm', '1', '{}', 1, 1, now() FROM verification_capture"
    )
    # What waits for the end of the transaction, Postgres wants done before it hears of emptying a table.
    run("SET CONSTRAINTS ALL IMMEDIATE")


def run(sql: str, *values: Any) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        changed: int = cursor.rowcount
        return changed


FROZEN = ("session", "capture", "medium", "gathered", "verdict", "modelreading", "delivered", "receipt")
COLUMNS = {
    "session": "network",
    "capture": "signature",
    "medium": "kind",
    "gathered": "evidence",
    "verdict": "rule",
    "modelreading": "model",
    "delivered": "media_sha256",
    "receipt": "receipt",
}


@pytest.mark.parametrize("table", FROZEN)
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE verification_{table} SET {column} = 'x'",
        "DELETE FROM verification_{table}",
        "TRUNCATE verification_{table} CASCADE",
    ],
)
def test_what_was_captured_and_found_stays(kept: None, table: str, sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM verification_{table}")
        assert cursor.fetchone()[0] == 1
    with pytest.raises(DatabaseError, match="evidence is only ever added to"):
        run(sql.format(table=table, column=COLUMNS[table]))


@pytest.mark.parametrize(
    ("sql", "constraint"),
    [
        ("UPDATE verification_grant SET upload_by = closes_at - interval '1 second'", "grant_ends_in_order"),
        ("UPDATE verification_grant SET challenge = 'dance'", "grant_challenge_known"),
        ("UPDATE verification_upload SET size_bytes = 0", "upload_size_in_bounds"),
        ("UPDATE verification_upload SET size_bytes = 30000000", "upload_size_in_bounds"),
        ("UPDATE verification_upload SET sha256 = ''", "upload_whole_has_a_hash"),
        ("UPDATE verification_upload SET whole_at = NULL", "upload_whole_has_a_hash"),
        ("UPDATE verification_piece SET size_bytes = 0", "piece_is_not_empty"),
        ("UPDATE verification_piece SET sha256 = 'x'", "piece_hash_is_sha256"),
        ("UPDATE verification_picture SET sha256 = upper(sha256)", "picture_hash_is_sha256"),
        ("UPDATE verification_picture SET pdq = 'abc'", "picture_pdq_is_256_bits"),
        (
            (
                "INSERT INTO verification_original (sha256, size_bytes, stored_at, expires_at)"
                " VALUES ('../../etc', 1, now(), now())"
            ),
            "original_hash_is_sha256",
        ),
        (
            (
                "INSERT INTO verification_picture (capture_id, mode, claim_key, group_key, subject_key, sha256, pdq,"
                " pdq_quality, points_sha256, seen_at) SELECT capture_id, mode, claim_key, group_key, subject_key, sha256,"
                " pdq, pdq_quality, points_sha256, seen_at FROM verification_picture"
            ),
            "picture_once_per_capture",
        ),
        (
            (
                "INSERT INTO verification_medium (capture_id, number, kind, original_id)"
                " SELECT capture_id, number, kind, original_id FROM verification_medium"
            ),
            "medium_number_unique",
        ),
        (
            (
                "INSERT INTO verification_sighting (capture_id, number, mode, claim_key, subject_key, latitude_e7,"
                " longitude_e7, accuracy_m) SELECT capture_id, number, mode, claim_key, subject_key, 0, 0, 1"
                " FROM verification_sighting"
            ),
            "sighting_number_unique",
        ),
        (
            (
                "INSERT INTO verification_piece (upload_id, start, size_bytes, sha256)"
                " SELECT upload_id, start, size_bytes, sha256 FROM verification_piece"
            ),
            "piece_once_per_start",
        ),
        (
            (
                "INSERT INTO verification_upload (id, grant_id, client_uuid, size_bytes, began_at, sha256)"
                " SELECT gen_random_uuid(), grant_id, client_uuid, 1, now(), '' FROM verification_upload"
            ),
            "upload_once_per_grant",
        ),
        (
            (
                "INSERT INTO verification_modelreading (capture_id, model, prompt, reading, tokens_in, tokens_out, read_at)"
                " SELECT capture_id, model, prompt, reading, 1, 1, now() FROM verification_modelreading"
            ),
            "reading_once_per_model",
        ),
        (
            (
                "INSERT INTO verification_delivered (capture_id, number, media_sha256, preview_sha256, width, height,"
                " redactions, made_at) SELECT capture_id, number, media_sha256, preview_sha256, 1, 1, '[]', now()"
                " FROM verification_delivered"
            ),
            "delivered_number_unique",
        ),
        (
            (
                "INSERT INTO verification_delivered (capture_id, number, media_sha256, preview_sha256, width, height,"
                " redactions, made_at) SELECT capture_id, 9, 'x', preview_sha256, 1, 1, '[]', now()"
                " FROM verification_delivered"
            ),
            "delivered_hash_is_sha256",
        ),
        (
            (
                "INSERT INTO verification_session (id, grant_id, nonce_said, nonce_state, code, public_key, network,"
                " offline, opened_at, noted_at) SELECT gen_random_uuid(), grant_id, 'n', 'unknown', '', '', '', false,"
                " now(), now() FROM verification_session"
            ),
            "session_in_contact_has_a_fresh_nonce",
        ),
        (
            (
                "INSERT INTO verification_session (id, grant_id, nonce_said, nonce_state, code, public_key, network,"
                " offline, opened_at, noted_at) SELECT gen_random_uuid(), grant_id, 'n', 'unknown', '', '', '', true,"
                " now(), now() FROM verification_session"
            ),
            "session_opened_in_contact",
        ),
        (
            (
                "INSERT INTO verification_session (id, grant_id, nonce_id, nonce_said, nonce_state, code, public_key,"
                " network, offline, opened_at, noted_at) SELECT gen_random_uuid(), grant_id, nonce_id, 'n', 'fresh', '',"
                " '', '', false, now(), now() FROM verification_session"
            ),
            "nonce_id",
        ),
    ],
)
def test_rows_that_contradict_themselves_are_refused(kept: None, sql: str, constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        run(sql)


def test_gathered_evidence_has_a_hash_and_a_verdict_a_known_decision(
    story: Story, phone: Callable[[Claim], Phone]
) -> None:
    phone(story.claim(story.post())).capture(PHOTO)
    gather = (
        "INSERT INTO verification_gathered (capture_id, group_key, evidence, requirements, sha256, gathered_at)"
        " SELECT session_id, 'g', '{}', '{}', %s, now() FROM verification_capture"
    )
    with pytest.raises(IntegrityError, match="gathered_hash_is_sha256"):
        run(gather, "x")
    assert run(gather, "a" * 64) == 1
    with pytest.raises(IntegrityError, match="verdict_decision_known"):
        run(
            "INSERT INTO verification_verdict (gathered_id, verdict, decision, rule, rules_version, code_version,"
            " judged_at) SELECT capture_id, '{}', 'maybe', 'x', '1', 'x', now() FROM verification_gathered"
        )


def test_an_extended_claim_has_more_time_on_the_same_pass(story: Story, phone: Callable[[Claim], Phone]) -> None:
    claim = story.claim(story.post())
    first = phone(claim).capture_pass
    claim.expires_at += timedelta(minutes=20)
    claim.upload_by += timedelta(minutes=20)
    claim.save()
    second = phone(claim).capture_pass
    assert (second.token, second.nonces) == (first.token, first.nonces)
    assert second.grant.closes_at == first.grant.closes_at + timedelta(minutes=20)

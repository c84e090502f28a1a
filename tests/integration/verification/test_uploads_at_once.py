"""Several hands at one upload, as a phone that lost contact has: one file comes of it, in whatever order."""

import os
import random
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import connection
from django.test import Client
from psycopg.conninfo import make_conninfo

from bounties.models import Claim
from market.config import config
from tests.integration.bounties.story import Story
from tests.integration.bounties.together import together
from tests.phone import Phone, sha256
from tests.unit.verification.photos.pictures import encoded, scene
from verification import store
from verification.models import Original, Piece, Upload

PHOTO = encoded(scene(18), quality=95)
PIECE = 32 * 1024
STARTS = list(range(0, len(PHOTO), PIECE))


@pytest.fixture
def story(transactional_db: None) -> Story:
    return Story(at=datetime.now(UTC))


@pytest.fixture
def scouts_phone(story: Story, phone: Callable[[Claim], Phone]) -> Phone:
    return phone(story.claim(story.post()))


def send_in_any_order(capture_pass: Phone, name: UUID, seed: int) -> str:
    """A hand that sends pieces as they come, over and over, until the server has it whole."""
    hand = Phone(capture_pass.capture_pass, client=Client())
    dice, whole = random.Random(seed), None
    for _ in range(50 * len(STARTS)):
        start = dice.choice(STARTS)
        answer = hand.put(name, PHOTO[start : start + PIECE], start=start, length=len(PHOTO))
        assert answer.status_code in (200, 409), answer.content
        whole = answer.json().get("sha256") or whole
        if whole:
            return str(whole)
    raise AssertionError("it never came to an end")


def test_hands_that_send_one_file_at_once_in_any_order_make_one_file(scouts_phone: Phone) -> None:
    assert len(STARTS) >= 4
    name = uuid4()
    answers = together([partial(send_in_any_order, scouts_phone, name, seed) for seed in range(4)])
    assert answers == [sha256(PHOTO)] * 4
    assert (Upload.objects.count(), Original.objects.count()) == (1, 1)
    assert list(Piece.objects.order_by("start").values_list("start", flat=True)) == STARTS
    assert store.read(store.ORIGINALS, sha256(PHOTO)) == PHOTO


def test_what_is_acknowledged_is_on_the_disk_first_and_then_seen_by_everybody(
    scouts_phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled: list[int] = []
    fsync, create = os.fsync, Piece.objects.create

    def settle(handle: int) -> None:
        fsync(handle)
        settled.append(handle)

    def write_row(**columns: object) -> Piece:
        assert len(settled) == 2  # the file and the folder that holds its name, before the row says that it is there
        return create(**columns)

    monkeypatch.setattr(os, "fsync", settle)
    monkeypatch.setattr(Piece.objects, "create", write_row)
    answer = scouts_phone.put(uuid4(), PHOTO[:PIECE], length=len(PHOTO))
    assert answer.json()["offset"] == PIECE
    database = make_conninfo(**{**config.database, "dbname": str(connection.settings_dict["NAME"])})
    with psycopg.connect(database) as somebody_else:
        assert somebody_else.execute("SELECT size_bytes FROM verification_piece").fetchall() == [(PIECE,)]


def test_a_disk_that_does_not_settle_acknowledges_nothing(scouts_phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    name = uuid4()

    def fail(handle: int) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as failing:
        failing.setattr(os, "fsync", fail)
        with pytest.raises(OSError, match="Input/output"):
            scouts_phone.put(name, PHOTO[:PIECE], length=len(PHOTO))
    assert not Piece.objects.exists()
    assert scouts_phone.progress(name)["Upload-Offset"] == "0"
    assert scouts_phone.put(name, PHOTO).json()["sha256"] == sha256(PHOTO)

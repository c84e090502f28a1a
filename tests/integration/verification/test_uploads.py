"""Files in pieces: what is acknowledged is safe, what is repeated changes nothing, what is hostile costs little."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile

from bounties.models import Claim
from tests.integration.bounties.story import Story
from tests.phone import Phone, sha256
from tests.unit.verification.photos.pictures import encoded, scene
from verification import operations, store
from verification.models import Original, Piece, Upload
from verification.photos.formats import LARGEST_BYTES

PHOTO = encoded(scene(4), quality=92)
HALF = len(PHOTO) // 2


@pytest.fixture
def scouts_phone(story: Story, phone: Callable[[Claim], Phone]) -> Phone:
    return phone(story.claim(story.post()))


def test_an_upload_goes_on_where_it_stopped(scouts_phone: Phone) -> None:
    name = uuid4()
    first = scouts_phone.put(name, PHOTO[:HALF], length=len(PHOTO))
    assert (first.status_code, first["Upload-Offset"], first.json()["sha256"]) == (200, str(HALF), None)
    assert scouts_phone.progress(name)["Upload-Offset"] == str(HALF)
    whole = scouts_phone.put(name, PHOTO[HALF:], start=HALF, length=len(PHOTO)).json()
    assert whole == {"offset": len(PHOTO), "size_bytes": len(PHOTO), "sha256": sha256(PHOTO)}
    assert store.read(store.ORIGINALS, sha256(PHOTO)) == PHOTO


def test_a_piece_sent_again_changes_nothing_before_and_after_the_end(scouts_phone: Phone) -> None:
    name = uuid4()
    for _ in range(2):
        assert scouts_phone.put(name, PHOTO[:HALF], length=len(PHOTO)).json()["offset"] == HALF
    for _ in range(2):
        answer = scouts_phone.put(name, PHOTO[HALF:], start=HALF, length=len(PHOTO))
        assert answer.json()["sha256"] == sha256(PHOTO)
    assert scouts_phone.put(name, PHOTO[:HALF], length=len(PHOTO)).json()["offset"] == len(PHOTO)
    assert (Upload.objects.count(), Piece.objects.count(), Original.objects.count()) == (1, 2, 1)


@pytest.mark.parametrize(
    ("start", "data", "code", "offset"),
    [
        (HALF + 1, PHOTO[HALF + 1 :], "offset_mismatch", HALF),
        (HALF - 5, PHOTO[HALF - 5 :], "offset_mismatch", HALF),
        (0, b"x" * HALF, "offset_mismatch", HALF),
        (HALF, PHOTO[HALF : HALF + 100], "unusable_piece", None),
        (HALF, PHOTO[HALF:] + b"more", "unusable_piece", None),
        (HALF, b"", "unusable_piece", None),
    ],
)
def test_what_does_not_fit_is_refused_and_says_where_to_go_on(
    scouts_phone: Phone, start: int, data: bytes, code: str, offset: int | None
) -> None:
    name = uuid4()
    scouts_phone.put(name, PHOTO[:HALF], length=len(PHOTO))
    refused = scouts_phone.put(name, data, start=start, length=len(PHOTO))
    assert refused["Content-Type"] == "application/problem+json"
    assert (refused.json()["code"], refused.json().get("facts", {}).get("offset")) == (code, offset)
    assert scouts_phone.progress(name)["Upload-Offset"] == str(HALF)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"%PDF-1.7" + b"x" * 500, "unknown_picture_format"),
        (b"GIF89a" + b"x" * 500, "unknown_picture_format"),
        (PHOTO + b"<?php system($_GET[1]); ?>", "hiding_picture"),
        (encoded(scene(1, (60, 60))), "too_few_pixels"),
        (PHOTO[:100], "broken_picture"),
    ],
)
def test_what_is_no_picture_is_refused_whole_and_nothing_of_it_stays(
    scouts_phone: Phone, data: bytes, code: str
) -> None:
    name = uuid4()
    refused = scouts_phone.put(name, data)
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert refused.json()["fix"]
    assert not Upload.objects.exists()
    assert not Original.objects.exists()


def test_a_file_that_says_it_is_too_large_is_refused_before_it_is_sent(scouts_phone: Phone) -> None:
    refused = scouts_phone.put(uuid4(), PHOTO, length=LARGEST_BYTES + 1)
    assert (refused.status_code, refused.json()["code"]) == (413, "file_too_large")
    assert not Upload.objects.exists()


@pytest.mark.parametrize("offset", ["", "-1", "1e3", "٣", "99999999999"])
def test_headers_are_whole_numbers(scouts_phone: Phone, offset: str) -> None:
    headers = scouts_phone.headers | {"Upload-Offset": offset, "Upload-Length": "10"}
    refused = scouts_phone.client.put(f"/capture/uploads/{uuid4()}", PHOTO, headers=headers)
    assert refused.json()["code"] == "missing_header"


@pytest.mark.parametrize("token", ["", "Bearer ", "Bearer x", "Basic x", "Bearer slup_" + "0" * 32 + "_" + "A" * 43])
def test_only_the_upload_token_of_a_claim_opens_anything(scouts_phone: Phone, token: str) -> None:
    refused = scouts_phone.client.head(f"/capture/uploads/{uuid4()}", headers={"Authorization": token})
    assert (refused.status_code, refused["WWW-Authenticate"]) == (401, "Bearer")


def test_another_claims_token_sees_nothing_of_an_upload(
    scouts_phone: Phone, story: Story, phone: Callable[[Claim], Phone]
) -> None:
    name = uuid4()
    scouts_phone.put(name, PHOTO)
    other = phone(story.claim(story.post(), story.other_scout))
    assert other.progress(name).status_code == 404
    assert other.put(name, PHOTO[:HALF], length=len(PHOTO)).json()["offset"] == HALF


def test_the_same_bytes_are_kept_once_whoever_sends_them(
    scouts_phone: Phone, story: Story, phone: Callable[[Claim], Phone]
) -> None:
    scouts_phone.send(PHOTO)
    phone(story.claim(story.post(), story.other_scout)).send(PHOTO)
    assert (Upload.objects.count(), Original.objects.count()) == (2, 1)


@pytest.fixture
def dies_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], AbstractContextManager[object]]:
    """Where a process comes to this, it has come to its end."""

    @contextmanager
    def dying(place: str) -> Iterator[None]:
        def die(*args: object, **kwargs: object) -> None:
            raise MemoryError

        with monkeypatch.context() as patched:
            patched.setattr(place, die)
            yield

    return dying


def test_a_process_that_dies_before_the_row_is_written_costs_one_piece_sent_again(
    scouts_phone: Phone, dies_at: Callable[[str], AbstractContextManager[object]]
) -> None:
    name = uuid4()
    with dies_at("verification.models.Piece.objects.create"), pytest.raises(MemoryError):
        scouts_phone.put(name, PHOTO[:HALF], length=len(PHOTO))
    assert scouts_phone.progress(name)["Upload-Offset"] == "0"
    scouts_phone.put(name, PHOTO[:HALF], length=len(PHOTO))
    assert scouts_phone.put(name, PHOTO[HALF:], start=HALF, length=len(PHOTO)).json()["sha256"] == sha256(PHOTO)


def test_a_process_that_dies_while_it_puts_the_whole_together_is_finished_by_the_next_word(
    scouts_phone: Phone, dies_at: Callable[[str], AbstractContextManager[object]]
) -> None:
    name = uuid4()
    with dies_at("verification.operations.uploading._record"), pytest.raises(MemoryError):
        scouts_phone.put(name, PHOTO)
    assert Upload.objects.get().whole_at is None
    assert scouts_phone.put(name, PHOTO).json()["sha256"] == sha256(PHOTO)


def test_originals_expire_and_are_known_for_good(scouts_phone: Phone) -> None:
    scouts_phone.send(PHOTO)
    later = datetime.now(UTC) + timedelta(days=181)
    assert operations.expire_originals(at=datetime.now(UTC)) == 0
    assert operations.expire_originals(at=later) == 1
    assert operations.expire_originals(at=later) == 0
    with pytest.raises(store.NotKept):
        store.read(store.ORIGINALS, sha256(PHOTO))
    assert Original.objects.get().removed_at == later
    scouts_phone.send(PHOTO)
    assert store.read(store.ORIGINALS, sha256(PHOTO)) == PHOTO


def test_uploads_never_finished_are_forgotten(scouts_phone: Phone) -> None:
    scouts_phone.put(uuid4(), PHOTO[:HALF], length=len(PHOTO))
    scouts_phone.send(PHOTO)
    assert operations.forget_unfinished(at=datetime.now(UTC)) == 0
    assert operations.forget_unfinished(at=datetime.now(UTC) + timedelta(days=8)) == 1
    assert Upload.objects.get().sha256 == sha256(PHOTO)


def test_what_is_private_is_readable_by_nobody_else_and_has_no_address(tmp_path: Path) -> None:
    files = store.PrivateFiles(tmp_path / "kept")
    for data in (b"one", b"two"):
        assert files.save("a/b", ContentFile(data)) == "a/b"
    assert (tmp_path / "kept/a/b").read_bytes() == b"two"
    assert (tmp_path / "kept/a/b").stat().st_mode & 0o077 == 0
    assert [each.name for each in (tmp_path / "kept/a").iterdir()] == ["b"]
    with pytest.raises(ValueError, match="no address"):
        files.url("a/b")

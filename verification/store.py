"""The one gateway to where originals, points and delivery copies are kept: private, and named by their own sha256.

What is kept has been read back from nobody's memory: when `keep` returns, it is on disk, or an object store has said
that it is safe. The same bytes are kept once, whoever hands them in. Where there are keys it is sealed (`sealing.py`).
Who may see something is not known here, and nothing here has an address on the web.
"""

import hashlib
import os
from functools import cache
from pathlib import Path
from uuid import UUID

from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.utils.deconstruct import deconstructible

from market.errors import DomainError, Kind
from market.ids import new_id
from verification import sealing

ORIGINALS = "originals"
POINTS = "points"  # ORB points, to compare with later pictures
DELIVERED = "delivered"
_PIECES = "pieces"  # of uploads that are not whole yet


class NotKept(DomainError):
    """The bytes that were asked for are not kept, or no longer."""

    code = "not_kept"
    kind = Kind.NOT_FOUND
    fix = "What was kept has expired; ask for something newer."


@deconstructible(path="verification.store.PrivateFiles")
class PrivateFiles(FileSystemStorage):
    """A folder in which a file is there whole or not at all, and stays there when the power fails."""

    def __init__(self, location: str | Path | None = None) -> None:
        super().__init__(location, file_permissions_mode=0o600, directory_permissions_mode=0o700, allow_overwrite=True)

    def url(self, name: str | None) -> str:
        raise ValueError("what is private has no address")

    def _save(self, name: str, content: "File[bytes]") -> str:
        target = Path(self.path(name))
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Written aside and renamed: a name that exists must never hold half a file.
        aside = target.parent / f".{new_id()}"
        try:
            with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                for chunk in content.chunks():
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            aside.replace(target)
        finally:
            aside.unlink(missing_ok=True)
        _settle(target.parent)
        return name


def keep(folder: str, data: bytes) -> str:
    """Keep bytes and answer their sha256. Kept already, it changes nothing."""
    sha256 = hashlib.sha256(data).hexdigest()
    if not _storage().exists(_name(folder, sha256)):
        _save(_name(folder, sha256), data)
    return sha256


def read(folder: str, sha256: str) -> bytes:
    return _read(_name(folder, sha256), sha256)


def remove(folder: str, sha256: str) -> None:
    """Gone already is as good."""
    _storage().delete(_name(folder, sha256))


def keep_piece(upload_id: UUID, start: int, data: bytes) -> str:
    """A piece belongs to its upload alone: shared ones could be put away by whoever is done first."""
    sha256 = hashlib.sha256(data).hexdigest()
    _save(_piece(upload_id, start, sha256), data)
    return sha256


def read_piece(upload_id: UUID, start: int, sha256: str) -> bytes:
    return _read(_piece(upload_id, start, sha256), sha256)


def remove_piece(upload_id: UUID, start: int, sha256: str) -> None:
    _storage().delete(_piece(upload_id, start, sha256))


def _save(name: str, data: bytes) -> None:
    _storage().save(name, ContentFile(sealing.sealed(data, name=name)))


def _read(name: str, sha256: str) -> bytes:
    try:
        with _storage().open(name) as file:
            kept: bytes = file.read()
    except FileNotFoundError as error:
        raise NotKept("This is not kept any more.") from error
    return sealing.opened(kept, name=name, sha256=sha256)


@cache
def _storage() -> Storage:
    return storages["evidence"]


def _name(folder: str, sha256: str) -> str:
    # Two levels, so that no folder holds more than some thousands of a million files.
    return f"{folder}/{sha256[:2]}/{sha256[2:4]}/{sha256}"


def _piece(upload_id: UUID, start: int, sha256: str) -> str:
    return f"{_PIECES}/{upload_id.hex[-2:]}/{upload_id.hex}/{start}-{sha256}"


def _settle(folder: Path) -> None:
    """A file's name stands in its folder, and is only safe when that is on disk too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

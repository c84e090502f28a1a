"""The one gateway to an object store: Amazon's S3, and whatever speaks as it does, named by MEDIA_URL.

As a storage of Django's, so that `store.py` does not know where it keeps things. An object is there whole or not at
all, and once the store has answered it is safe; so what `store.keep` promises holds here too. Nothing gets an address.
"""

from datetime import timedelta
from functools import cached_property

import obstore
from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage
from django.utils.deconstruct import deconstructible
from obstore.exceptions import BaseError
from obstore.store import S3Store

from market.errors import DomainError, Kind
from market.media_address import Bucket, read_media_address

_TRIES = 3
_SECONDS = timedelta(seconds=30)


class StoreUnavailable(DomainError):
    """What is kept cannot be reached at the moment."""

    code = "store_unavailable"
    kind = Kind.UNAVAILABLE
    retryable = True
    fix = "Try again in a moment."


@deconstructible(path="verification.object_store.PrivateObjects")
class PrivateObjects(Storage):
    def __init__(self, address: str) -> None:
        bucket = read_media_address(address)
        if bucket is None:
            raise ValueError("an object store needs an address")
        self._bucket: Bucket = bucket

    @cached_property
    def _store(self) -> S3Store:
        # Made at the first use: its threads would not outlive a fork.
        bucket = self._bucket
        return S3Store(
            bucket.name,
            prefix=bucket.prefix or None,
            config={
                "region": bucket.region,
                # Its answer to many deletions at once is understood by few that speak as Amazon does.
                "disable_bulk_delete": True,
                **({"endpoint": bucket.endpoint} if bucket.endpoint else {}),
                **({"access_key_id": bucket.key, "secret_access_key": bucket.secret} if bucket.key else {}),
            },
            client_options={"allow_http": not bucket.encrypted, "timeout": _SECONDS},
            retry_config={"max_retries": _TRIES, "retry_timeout": _SECONDS},
        )

    def url(self, name: str | None) -> str:
        raise ValueError("what is private has no address")

    def exists(self, name: str) -> bool:
        try:
            obstore.head(self._store, name)
        except FileNotFoundError:
            return False
        except BaseError as error:
            raise StoreUnavailable("What is kept cannot be reached.") from error
        return True

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name  # named by content: what is there under this name is the same

    def delete(self, name: str) -> None:
        try:
            obstore.delete(self._store, name)
        except FileNotFoundError:
            pass  # gone already is as good
        except BaseError as error:
            raise StoreUnavailable("What is kept cannot be reached.") from error

    def _open(self, name: str, mode: str = "rb") -> "File[bytes]":
        try:
            return ContentFile(bytes(obstore.get(self._store, name).bytes()))
        except FileNotFoundError:
            raise
        except BaseError as error:
            raise StoreUnavailable("What is kept cannot be reached.") from error

    def _save(self, name: str, content: "File[bytes]") -> str:
        try:
            # In one request, whatever its size: of an upload in parts some would stay when we die between them.
            obstore.put(self._store, name, content.read(), use_multipart=False)
        except BaseError as error:
            raise StoreUnavailable("What is handed in cannot be kept at the moment.") from error
        return name

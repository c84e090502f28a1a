"""Links to pictures: whoever has one may look, for a quarter of an hour, and only as long as the result may be seen.

A link names the key that was shown it and is signed, so it can be neither guessed nor changed. What it is worth at the
moment it is followed, the view asks: a link ends with its result's rejection and with its key.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar
from urllib.parse import urlencode
from uuid import UUID

from market.config import config
from market.errors import DomainError, Kind
from market.ids import decode, encode

VALID_FOR = timedelta(minutes=15)


class NoSuchMedia(DomainError):
    """There is no such picture, or the link to it was withdrawn."""

    code = "no_such_media"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    fix = "Fetch the result again: it holds the links that are valid now."


class MediaLinkExpired(DomainError):
    """The link's time is over."""

    code = "media_link_expired"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    fix = "Fetch the result again: each answer holds fresh links."


class Size(StrEnum):
    PREVIEW = "preview"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Link:
    result_id: UUID
    number: int
    size: Size
    key_id: UUID
    until: datetime

    def url(self) -> str:
        # The signature stands in the query: paths are logged.
        query = {
            "number": self.number,
            "size": self.size,
            "until": int(self.until.timestamp()),
            "key": encode("key", self.key_id),
            "signature": _signature(self),
        }
        return f"{config.public_url}/v1/results/{encode('sub', self.result_id)}/media?{urlencode(query)}"


def fresh(*, result_id: UUID, number: int, size: Size, key_id: UUID, at: datetime) -> Link:
    return Link(result_id, number, size, key_id, (at + VALID_FOR).replace(microsecond=0))


def read(result_id: UUID, query: Mapping[str, Any], *, at: datetime) -> Link:
    """The link, if it was made here and its time is not over."""
    key_id = decode("key", query.get("key", ""))
    if key_id is None or not {"number", "size", "until", "signature"} <= query.keys():
        raise NoSuchMedia("There is nothing at this address.")
    until = datetime.fromtimestamp(query["until"], UTC)
    link = Link(result_id, query["number"], query["size"], key_id, until)
    if not hmac.compare_digest(_signature(link).encode(), query["signature"].encode()):
        raise NoSuchMedia("There is nothing at this address.")
    if at >= link.until:
        raise MediaLinkExpired("This link was valid for 15 minutes.")
    return link


def _signature(link: Link) -> str:
    words = f"media {link.result_id} {link.number} {link.size} {link.key_id} {int(link.until.timestamp())}"
    digest = hmac.digest(config.secret_key.get_secret_value().encode(), words.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

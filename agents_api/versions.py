"""Versions as HTTP says them: the ETag of an answer, If-Match for a change, If-None-Match for a look (RFC 9110).

A version is a number that every change raises; its tag is the number in quotes. The front may add how it has packed
the answer (`"3-gzip"`), and what it was given back then comes with it. Both headers may name many. A weak tag will
do for a look; a change needs a strong one.
"""

import re
from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from market.errors import DomainError, Kind
from market.headers import header

_OURS = re.compile(r'"([0-9]{1,10})(?:-[a-z]{1,10})?"', re.ASCII)
_ANY = re.compile(r'(?:W/)?"[^"\x00-\x20\x7f]*"')
_LIST = re.compile(rf"[\t ,]*{_ANY.pattern}(?:[\t ]*,[\t ,]*{_ANY.pattern})*[\t ,]*")
_BARE = re.compile(r"([0-9]{1,10})", re.ASCII)


class VersionMissing(DomainError):
    """A change was sent without the version that it is a change of."""

    code = "version_missing"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix = 'Send the header If-Match with the ETag of your last look, such as "3"; or * to change whatever is there.'


def etag(version: int) -> str:
    return f'"{version}"'


def wanted(request: Request) -> frozenset[int] | None:
    """The versions that a change is meant for; None: whichever there is. A tag that is none of ours fits none.

    The bare number is what an answer's `version` says. Refused, it would be told that this is the version by now.
    """
    given = header(request, "If-Match").strip()
    if not given:
        raise VersionMissing("This change needs the version that it is a change of.")
    if given == "*":
        return None
    if _BARE.fullmatch(given):
        return frozenset({int(given)})
    tags = _ANY.findall(given) if _LIST.fullmatch(given) else ()
    return frozenset(int(ours[1]) for tag in tags if (ours := _OURS.fullmatch(tag)))


def answer(request: Request, body: dict[str, Any], *, unless_known: bool = True) -> Response:
    """What there is, or 304 for whoever knows this version. With `unless_known` off it is always told."""
    tag = etag(body["version"])
    if unless_known and _knows(header(request, "If-None-Match"), body["version"]):
        return Response(status=304, headers={"ETag": tag})
    return Response(body, headers={"ETag": tag})


def _knows(given: str, version: int) -> bool:
    return given.strip() == "*" or any(int(found) == version for found in _OURS.findall(given[:1_000]))

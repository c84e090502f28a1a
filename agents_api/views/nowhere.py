"""Every address below /v1 that is none: told in the words of the API, in every method."""

import difflib
import re
from functools import cache
from typing import Any, NoReturn

from rest_framework.request import Request

from agents_api import openapi
from agents_api.door import Endpoint, NoSuchPath

_LONGEST = 200
_AN_ID = re.compile(r"(?<=/)[a-z]{3}_[^/]*")
_VARIABLE = re.compile(r"\{\w+\}")


class Nowhere(Endpoint):
    authentication_classes = ()
    default_response_headers: dict[str, str] = {}  # noqa: RUF012 - so it is read by DRF: nothing is allowed here

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> NoReturn:
        super().initial(request, *args, **kwargs)
        nearest = _nearest(request.path)
        if nearest is None:
            raise NoSuchPath("There is nothing at this address.")
        raise NoSuchPath(f"There is nothing at this address. Did you mean {nearest}?", facts={"nearest": nearest})


def _nearest(path: str) -> str | None:
    """The address that was perhaps meant, as the document writes it."""
    if len(path) > _LONGEST:
        return None
    asked = _AN_ID.sub("{}", path.rstrip("/"))
    found = difflib.get_close_matches(asked, _known(), n=1, cutoff=0.8)
    return _known()[found[0]] if found else None


@cache
def _known() -> dict[str, str]:
    return {_VARIABLE.sub("{}", placed.path): placed.path for placed in openapi.every_operation()}

"""What every page of this door is told besides its own: in which units the reader walks."""

from typing import Any

from django.http import HttpRequest

from market.headers import header
from web.telling import Units, units_of

UNITS_COOKIE = "units"


def units_for(request: HttpRequest) -> Units:
    chosen = request.COOKIES.get(UNITS_COOKIE, "")
    return Units(chosen) if chosen in list(Units) else units_of(header(request, "Accept-Language"))


def the_reader(request: HttpRequest) -> dict[str, Any]:
    return {"units": units_for(request)}

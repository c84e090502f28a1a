"""What is asked near a place, nearest first; and saying which place that is."""

from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from bounties import scouting
from bounties.nearby.page import Cursor, Seeker, Wishes
from bounties.nearby.search import nearby as search
from market import clock
from market.accounts.models import Scout
from web.about import units_for
from web.scouts import for_scouts
from web.standpoint import Standpoint, keep, standpoint, told_place
from web.telling import Units
from web.typed_places import read_place

ROWS: Final = 12
RADII_M: Final = (1_000, 5_000, 20_000, 50_000)
# What is near for somebody who thinks in miles, in metres.
RADII_OF_MILES_M: Final = (1_609, 4_828, 16_093, 48_280)  # 1, 3, 10, 30 miles


@dataclass(frozen=True, slots=True)
class Chip:
    metres: int
    href: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the chips of the list say."""

    radii: tuple[int, ...]
    within_m: int

    @classmethod
    def of(cls, request: HttpRequest) -> "Chosen":
        radii = RADII_OF_MILES_M if units_for(request) is Units.IMPERIAL else RADII_M
        within = request.GET.get("within", "")
        return cls(radii, next((each for each in radii if str(each) == within), radii[1]))

    def query(self, **changes: str | int) -> str:
        return urlencode({"within": self.within_m, **changes})

    @property
    def chips(self) -> list[Chip]:
        return [Chip(metres, f"?{self.query(within=metres)}", chosen=metres == self.within_m) for metres in self.radii]

    @property
    def wider(self) -> int | None:
        return next((each for each in self.radii if each > self.within_m), None)


@require_GET
@for_scouts
def nearby(request: HttpRequest, scout: Scout) -> HttpResponse:
    at = clock.now()
    facts: dict[str, Any] = {
        "claims": scouting.live_claims(scout=scout.account, at=at),
        "standpoint": (here := standpoint(request)),
        "chosen": (chosen := Chosen.of(request)),
    }
    if here is not None:
        facts |= _found(request, scout, here, chosen)
    is_more = "after" in request.GET and request.htmx  # type: ignore[attr-defined]
    return render(request, "scout/nearby_rows.html" if is_more else "scout/nearby.html", facts)


def _found(request: HttpRequest, scout: Scout, here: Standpoint, chosen: Chosen) -> dict[str, Any]:
    after = request.GET.get("after")
    page = search(
        around=here.place,
        mode=scout.account.mode,  # type: ignore[arg-type]
        at=clock.now(),
        seeker=Seeker(scout.account_id, scout.user_id),
        wishes=Wishes(within_m=chosen.within_m),
        after=Cursor.read(after) if after else None,
        limit=ROWS,
    )
    return {
        "rows": page.rows,
        "next": page.next.text() if page.next else "",
        "query": chosen.query(),
    }


@require_POST
def look_from(request: HttpRequest) -> HttpResponse:
    """Where to look from: what the device told, or what was typed. For strangers too, who want to know what it pays."""
    wanted = request.POST.get("next", "")
    back = wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else "nearby"
    told = told_place(request)
    typed = request.POST.get("typed", "").strip()
    chosen = Standpoint(told) if told else read_place(typed) if typed else None
    if chosen is None:
        messages.error(request, gettext("We do not know this place. Type a city, coordinates, or a Plus code."))
    else:
        keep(request, chosen)
    return redirect(back)

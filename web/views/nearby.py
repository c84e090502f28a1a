"""What is asked near a place, by the order and the kind chosen; and saying which place that is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from bounties import scouting
from bounties.nearby.page import MOST_ROWS, Cursor, Found, InvalidCursor, Seeker, Wishes
from bounties.nearby.search import nearby as search
from market import clock
from market.accounts.models import Scout
from verification import kinds
from web.about import units_for
from web.scouts import for_scouts
from web.standpoint import Standpoint, keep, standpoint, told_place
from web.telling import Units
from web.typed_places import read_place

ROWS: Final = 12
RADII_M: Final = (1_000, 5_000, 20_000, 50_000)
# What is near for somebody who thinks in miles, in metres.
RADII_OF_MILES_M: Final = (1_609, 4_828, 16_093, 48_280)  # 1, 3, 10, 30 miles


class Order(StrEnum):
    NEAREST = "nearest"
    BEST_PAID = "pay"
    CLOSING = "closing"


_ORDERS: Final[Mapping[Order, Promise]] = {
    Order.NEAREST: _("Nearest"),
    Order.BEST_PAID: _("Best paid"),
    Order.CLOSING: _("Closing soon"),
}
_KINDS: Final[Mapping[str, Promise]] = {kinds.PHOTO: _("Photo")}  # another kind has the name it came with
# Of the nearest hundred: further than that nobody walks for a better price.
_SORTED: Final[Mapping[Order, Callable[[Found], Any]]] = {
    Order.BEST_PAID: lambda row: (-row.reward_micros, row.cursor),
    Order.CLOSING: lambda row: (row.closes_at, row.cursor),
}


@dataclass(frozen=True, slots=True)
class Chip:
    href: str
    chosen: bool
    metres: int | None = None
    name: Promise | str | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the chips of the list say. What is as it always is stands in no address."""

    radii: tuple[int, ...]
    within_m: int
    order: Order
    kind: str | None

    @classmethod
    def of(cls, request: HttpRequest) -> "Chosen":
        radii = RADII_OF_MILES_M if units_for(request) is Units.IMPERIAL else RADII_M
        within, order, kind = (request.GET.get(name, "") for name in ("within", "sort", "kind"))
        return cls(
            radii,
            next((each for each in radii if str(each) == within), radii[1]),
            Order(order) if order in set(Order) else Order.NEAREST,
            kind if kind in kinds.asked_for() else None,
        )

    def query(self, **changes: str | int | None) -> str:
        words = {
            "within": self.within_m,
            "sort": None if self.order is Order.NEAREST else self.order,
            "kind": self.kind,
            **changes,
        }
        return urlencode({name: word for name, word in words.items() if word})

    @property
    def distances(self) -> list[Chip]:
        return [Chip(f"?{self.query(within=each)}", each == self.within_m, metres=each) for each in self.radii]

    @property
    def orders(self) -> list[Chip]:
        return [
            Chip(f"?{self.query(sort=None if each is Order.NEAREST else each)}", each is self.order, name=name)
            for each, name in _ORDERS.items()
        ]

    @property
    def kinds(self) -> list[Chip]:
        """Each of them, and all together; where there is one kind only, there is nothing to choose."""
        titles: dict[str, Promise | str] = {**kinds.titles(), **_KINDS}
        if len(titles) == 1:
            return []
        names: list[tuple[str | None, Promise | str]] = [(None, _("Every kind")), *titles.items()]
        return [Chip(f"?{self.query(kind=each)}", each == self.kind, name=name) for each, name in names]

    @property
    def wider(self) -> str | None:
        return next((f"?{self.query(within=each)}" for each in self.radii if each > self.within_m), None)

    @property
    def wider_m(self) -> int | None:
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
    key = _SORTED.get(chosen.order)
    page = search(
        around=here.place,
        mode=scout.account.mode,  # type: ignore[arg-type]
        at=clock.now(),
        seeker=Seeker(scout.account_id, scout.user_id),
        wishes=Wishes(within_m=chosen.within_m, media=chosen.kind),
        after=Cursor.read(after) if after and key is None else None,
        limit=ROWS if key is None else MOST_ROWS,
    )
    rows, following = page.rows, page.next.text() if page.next else ""
    if key is not None:
        begin = _number(after)
        rows = tuple(sorted(rows, key=key))[begin : begin + ROWS]
        following = str(begin + ROWS) if len(page.rows) > begin + ROWS else ""
    return {"rows": rows, "next": following, "query": chosen.query()}


def _number(after: str | None) -> int:
    """How many were shown before. Such a list is sorted anew each time: what has come between may show twice."""
    if after and not (after.isascii() and after.isdecimal() and len(after) <= 3):
        raise InvalidCursor("This is not a cursor of this search.", param="cursor")
    return int(after or 0)


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

"""The named read behind "open bounties near me". One query; two where the index's order proves nothing.

First the index is walked outward for a few rows more than the page holds. `reach` says how near anything unseen can be:
when the page's last row is nearer, the page is right. Otherwise (many bounties on one spot, a world made to mislead) a
second query takes everything within the reach of that last row and sorts it by the exact distance. There is no third.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any

from django.db.models import (
    BigIntegerField,
    BooleanField,
    Case,
    CharField,
    DateTimeField,
    Exists,
    Expression,
    F,
    OuterRef,
    Q,
    UUIDField,
    Value,
    When,
)

from bounties.models import Bounty, Claim
from bounties.nearby import reach
from bounties.nearby.page import Cursor, Found, Page, Seeker, Wishes, check_limit
from bounties.nearby.plane import After, InBox, Millimetres, OnPlane, standpoint
from bounties.places import WORLD_M, Horizon, Place, project
from bounties.policies.claims import EARLIEST_BEFORE_OPENING
from bounties.states import CLAIM_COUNTS, BountyState, ClaimState
from market.accounts.models import Agent, Mode
from market.prepared import Given, Prepared

Row = tuple[Any, ...]

# As `Found` has them; the distance comes after them, and then where a row is on the plane.
_COLUMNS = (
    "id", "latitude_e7", "longitude_e7", "title", "radius_m", "reward_micros", "media", "media_count", "challenge",
    "daylight", "opens_at", "closes_at", "free_slots",
)  # fmt: skip
_MM, _ON_PLANE = len(_COLUMNS), len(_COLUMNS) + 1


def nearby(
    *,
    around: Place,
    mode: Mode,
    at: datetime,
    seeker: Seeker | None = None,
    wishes: Wishes | None = None,
    after: Cursor | None = None,
    limit: int = 20,
) -> Page:
    """A page of the bounties that can be claimed now, nearest first, those equally near by their id."""
    check_limit(limit)
    # A tenth of a micrometre; what is finer, Postgres may refuse to square: the square would be too small a number.
    around = Place(round(around.lat, 12), round(around.lng, 12))
    search = _Search.of(
        around=around, mode=mode, at=at, seeker=seeker, wishes=wishes or Wishes(), after=after, limit=limit
    )
    rows, seen_m = search.walk()
    all_seen = seen_m >= search.within_m
    last = rows[limit - 1] if len(rows) >= limit else None
    if not all_seen and (last is None or last[_MM] >= seen_m * 1000):
        # What was fetched does not rule out something nearer, or equally near.
        all_seen = last is None
        rows = search.everything(within_m=search.within_m if last is None else last[_MM] / 1000)
    more = len(rows) > limit or not all_seen
    horizon = Horizon(around)
    found = tuple([Found._make((*row[:_ON_PLANE], horizon)) for row in rows[:limit]])
    return Page(found, found[-1].cursor if more and found else None)


@dataclass(frozen=True)
class _Search:
    around: Place
    within_m: int
    limit: int
    mode: Mode
    given: dict[str, Any]

    @classmethod
    def of(
        cls,
        *,
        around: Place,
        mode: Mode,
        at: datetime,
        seeker: Seeker | None,
        wishes: Wishes,
        after: Cursor | None,
        limit: int,
    ) -> "_Search":
        given: dict[str, Any] = standpoint(around)
        given |= {"at": at, "soon": at + EARLIEST_BEFORE_OPENING}
        if seeker is not None:
            given["account_id"] = seeker.account_id
            if seeker.user_id is not None:
                given["user_id"] = seeker.user_id
        for name in ("least_reward_micros", "closes_after", "media"):
            wish = getattr(wishes, name)
            if wish is not None:
                given[name] = wish
        if after is not None:
            given |= {"after_mm": after.distance_mm, "after_id": after.bounty_id}
            given["after_plane"] = reach.nearest_on_plane(around, metres=after.distance_mm / 1000)
        return cls(around, wishes.within_m, limit, mode, given)

    def walk(self) -> tuple[list[Row], float]:
        """The nearest on the plane; and how far out, in metres on the ground, nothing was left out."""
        plane_m = reach.on_plane(self.around, metres=self.within_m)
        if plane_m is None:
            return [], 0.0
        sides = self._sides(plane_m)
        # A few more than the page: the plane's order is nearly that of the ground, so the page is then nearly always
        # proven by one query.
        enough = self.limit + 4 + self.limit // 10
        rows = _statement(self.mode, frozenset(self.given), by_plane=True).rows(*sides, limit=enough)
        if len(sides) == 1:
            unseen_m = rows[-1][_ON_PLANE] if len(rows) >= enough else None
        else:
            # Which side a row came from is not told: what either side left out is beyond the `enough` nearest of both.
            rows.sort(key=_by_plane)
            unseen_m = rows[enough - 1][_ON_PLANE] if len(rows) >= enough else None
        seen_m = self.within_m if unseen_m is None else reach.on_ground(self.around, plane_m=unseen_m)
        return self._in_order(rows), seen_m

    def everything(self, *, within_m: float) -> list[Row]:
        """The page itself, and one row more: out of all there is within so many metres."""
        plane_m = reach.on_plane(self.around, metres=within_m)
        sides = [self._band(within_m)] if plane_m is None else self._sides(plane_m)
        statement = _statement(self.mode, frozenset(self.given), by_plane=False)
        return self._in_order(statement.rows(*sides, limit=self.limit + 1))

    def _sides(self, plane_m: float) -> list[dict[str, Any]]:
        """The box around the place; near the antimeridian also the one around its image beyond it."""
        x, y = self.given["x"], self.given["y"]
        images = [x]
        if x - plane_m < -WORLD_M / 2:
            images.append(x + WORLD_M)
        if x + plane_m > WORLD_M / 2:
            images.append(x - WORLD_M)
        return [
            self.given
            | {"x": each, "west": each - plane_m, "east": each + plane_m, "south": y - plane_m, "north": y + plane_m}
            for each in images
        ]

    def _band(self, within_m: float) -> dict[str, Any]:
        """Near a pole: every longitude between two latitudes."""
        south, north = reach.latitudes(self.around, metres=within_m)
        (_, low), (_, high) = project(Place(south, 0)), project(Place(north, 0))
        # On both sides further than any place is, whatever rounding made of its longitude.
        return self.given | {"west": -WORLD_M, "east": WORLD_M, "south": low - 1, "north": high + 1}

    def _in_order(self, rows: list[Row]) -> list[Row]:
        most = self.within_m * 1000
        return sorted([row for row in rows if row[_MM] <= most], key=_by_ground)


_by_ground, _by_plane = itemgetter(_MM, 0), itemgetter(_ON_PLANE)


# --- the queryset, compiled once for each combination of what is given ------------------------------------------------


def _moment(name: str) -> Given:
    return Given(name, DateTimeField(), type_name="timestamptz")


def _id(name: str) -> Given:
    return Given(name, UUIDField(), type_name="uuid")


def _not_own() -> Q:
    counts = Q(state=ClaimState.LIVE) | Q(distinct=True, state__in=CLAIM_COUNTS)
    taken = Claim.objects.filter(counts, bounty=OuterRef("pk"), scout=_id("account_id"))
    return ~Q(buyer=_id("account_id")) & ~Q(Exists(taken))


def _not_of_own_agents() -> Q:
    return ~Q(buyer_id__in=Agent.objects.filter(owner=_id("user_id")).values("account_id"))


_WANTED: dict[str, Callable[[], Q]] = {
    "least_reward_micros": lambda: Q(
        reward_micros__gte=Given("least_reward_micros", BigIntegerField(), type_name="bigint")
    ),
    "closes_after": lambda: Q(closes_at__gte=_moment("closes_after")),
    "media": lambda: Q(media=Given("media", CharField(), type_name="varchar")),
    "after_mm": lambda: Q(After()),
    "user_id": _not_of_own_agents,
    "account_id": _not_own,
}


@lru_cache(maxsize=512)
def _statement(mode: Mode, given: frozenset[str], *, by_plane: bool) -> Prepared:
    at: Expression | Any = _moment("at")
    soon: Expression | Any = _moment("soon")
    if mode == Mode.TEST:
        # A bounty's moments are in its buyer's time, which only in test mode can differ from ours.
        at, soon = at + F("buyer__clock_ahead"), soon + F("buyer__clock_ahead")
    wanted = Q(closes_at__gt=at, opens_at__lte=soon)
    for name, condition in _WANTED.items():
        if name in given:
            wanted &= condition()
    query = Bounty.objects.filter(
        # What the index knows; and as one condition, whose odds the planner cannot guess, all the rest. From a dozen
        # guesses it would conclude that next to nothing is left, and fetch and sort all there is within reach.
        InBox(),
        Case(When(wanted, then=Value(True)), default=Value(False), output_field=BooleanField()),
        state=BountyState.OPEN,
        free_slots__gt=0,
        mode=str(mode),
    )
    query = query.annotate(mm=Millimetres(), on_plane=OnPlane())
    order = ("on_plane",) if by_plane else ("mm", "id")
    return Prepared.of(query.order_by(*order).values_list(*_COLUMNS, "mm", "on_plane"))

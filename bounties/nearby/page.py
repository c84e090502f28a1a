"""What is asked of a search and what it answers: plain values, checked. No database here."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Self
from uuid import UUID

from bounties.places import Horizon, Place, walking_minutes
from market import ids
from market.errors import DomainError

DEFAULT_WITHIN_M = 50_000
MOST_WITHIN_M = 100_000  # the distance in the database is exact up to here
MOST_ROWS = 100

_PREFIX = "near"


class SearchTooWide(DomainError):
    """The radius is larger than a search takes."""

    code = "search_too_wide"
    fix = "Search within 1 metre to 100 km. For places further apart, ask once for each."


class PageTooLong(DomainError):
    """More bounties were asked for than a page has."""

    code = "page_too_long"
    fix = "Ask for 1 to 100 bounties and follow the cursor."


class InvalidCursor(DomainError):
    """The cursor is none that the search gave out."""

    code = "invalid_search_cursor"
    fix = "Send the cursor of the page before as it was, or none for the first page."


@dataclass(frozen=True, slots=True)
class Seeker:
    """Who asks, for leaving out what is theirs: own bounties, those of agents a person owns, those taken already."""

    account_id: UUID
    user_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Wishes:
    within_m: int = DEFAULT_WITHIN_M
    least_reward_micros: int | None = None
    closes_after: datetime | None = None
    media: str | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.within_m <= MOST_WITHIN_M:
            raise SearchTooWide("A search reaches from 1 metre to 100 km.", param="within")


@dataclass(frozen=True, slots=True, order=True)
class Cursor:
    """The last row of a page. It belongs to the place and the wishes it was found with."""

    distance_mm: int
    bounty_id: UUID

    def text(self) -> str:
        return f"{self.distance_mm}.{ids.encode(_PREFIX, self.bounty_id)}"

    @classmethod
    def read(cls, text: str) -> Self:
        distance, _, encoded = text.partition(".")
        bounty_id = ids.decode(_PREFIX, encoded)
        # Twelve digits are more than any search reaches and less than a bigint holds; no other script's digits.
        if bounty_id is None or not (distance.isascii() and distance.isdecimal() and len(distance) <= 12):
            raise InvalidCursor("This is not a cursor of this search.", param="cursor")
        return cls(int(distance), bounty_id)


class Found(NamedTuple):
    """An open bounty as a list shows it: nothing of the buyer's private terms, and how to get there.

    What a list may show and need not is worked out when it is asked for: most rows are never looked at closely.
    """

    bounty_id: UUID
    latitude_e7: int
    longitude_e7: int
    title: str
    radius_m: int
    reward_micros: int
    media: str
    media_count: int
    challenge: str
    daylight: bool
    opens_at: datetime
    closes_at: datetime
    free_slots: int
    distance_mm: int
    seen_from: Horizon

    @property
    def place(self) -> Place:
        return Place.of_e7(self.latitude_e7, self.longitude_e7)

    @property
    def bearing(self) -> float:
        return self.seen_from.bearing(self.place)

    @property
    def distance_m(self) -> float:
        return self.distance_mm / 1000

    @property
    def walking_minutes(self) -> int:
        """To the circle within which the bounty wants its answer, not to its centre."""
        return walking_minutes(max(0.0, self.distance_m - self.radius_m))

    @property
    def cursor(self) -> Cursor:
        return Cursor(self.distance_mm, self.bounty_id)


@dataclass(frozen=True, slots=True)
class Page:
    rows: tuple[Found, ...]
    next: Cursor | None


def check_limit(limit: int) -> None:
    if not 1 <= limit <= MOST_ROWS:
        raise PageTooLong("A page holds from 1 to 100 bounties.", param="limit")

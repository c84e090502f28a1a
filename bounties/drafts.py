"""What an agent asks for, before it is a bounty: read from plain values, checked and bounded. Pure.

Whether it may be asked at all is for `screening.py`; what it costs, for the ledger's policies.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from bounties import reading
from bounties.questions import QUESTIONS
from bounties.reading import InvalidField
from bounties.shapes import (
    CURRENCY,
    ID,
    Body,
    By,
    Degrees,
    Integer,
    Items,
    Metres,
    Moment,
    Money,
    OneOf,
    Text,
    Truth,
    WordOf,
)
from bounties.text import InvalidText, TextTooLong, plain
from market import money
from market.errors import DomainError
from market.ledger.policies import default_blocked_reward
from verification import kinds
from verification.requirements import Question, Review

LEAST_REWARD = money.Micros(50_000)
MOST_REWARD = money.Micros(10_000 * money.MICROS_PER_DOLLAR)
LEAST_BLOCKED_REWARD = money.Micros(money.MICROS_PER_CENT)
LEAST_RADIUS_M, MOST_RADIUS_M = 10, 50_000
MOST_SLOTS = 1_000
FURTHEST_AHEAD = timedelta(days=90)
SHORTEST_WINDOW = timedelta(minutes=15)
# Clocks differ, and a request travels: a window may say that it opened a little while ago.
OPENED_BEFORE = timedelta(minutes=10)


class Challenge(StrEnum):
    NONE = "none"
    CODE = "code"
    SECOND_VIEW = "second_view"


class RewardOutOfBounds(DomainError):
    """The reward is lower or higher than the house allows."""

    code = "reward_out_of_bounds"
    fix = 'Offer from "0.05" to "10000.00" a slot.'


class BlockedRewardOutOfBounds(DomainError):
    """The blocked reward is lower or higher than the house allows."""

    code = "blocked_reward_out_of_bounds"
    fix = 'Offer from "0.01" up to the reward itself, or leave it out: then it is 30 % of the reward.'


class WindowOutOfBounds(DomainError):
    """The window is over, too short, too long, or too far ahead."""

    code = "window_out_of_bounds"
    fix = "Let the window close at least 15 minutes after it opens, after now, and at most 90 days ahead."


@dataclass(frozen=True, slots=True)
class Place:
    latitude_e7: int
    longitude_e7: int
    radius_m: int


@dataclass(frozen=True, slots=True)
class Proof:
    media: str = kinds.PHOTO  # one of `kinds.asked_for()`
    count: int = 1
    challenge: Challenge = Challenge.NONE
    accuracy_m: int | None = None  # None: what the reward's level asks for
    daylight: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    title: str
    questions: tuple[Question, ...]
    criteria: tuple[str, ...]
    place: Place
    opens_at: datetime
    closes_at: datetime
    reward_micros: money.Micros
    blocked_reward_micros: money.Micros
    slots: int = 1
    proof: Proof = field(default_factory=Proof)
    review: Review = Review.AUTO
    review_hours: int = 24
    least_reputation: int = 0
    distinct_scouts: bool = True
    private_note: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)


# --- what is sent, field by field: read and described from the same words --------------------------------------------


def read_metadata(value: object, param: str = "/metadata") -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise InvalidField("This must be an object of strings.", param=param)
    if len(value) > 50:
        raise InvalidField("This may have at most 50 entries.", param=param)
    read: dict[str, str] = {}
    for name, each in value.items():
        if not isinstance(name, str) or not reading.matches(ID, name):
            raise InvalidField("Names are 1 to 40 letters, digits, - and _.", param=f"{param}/{reading.pointer(name)}")
        read[name] = plain(each, param=f"{param}/{name}", most=500, least=0, lines=True)
    return read


TITLE = Text(text="What is wanted, in one line. Scouts read it first.", most=120, sample="Is the bakery open?")
CRITERIA = Items(
    text="What must be seen in the capture. Each is checked.",
    of=Text(most=300, sample="The shop front is visible"),
    least=0,
    most=10,
)
PRIVATE_NOTE = Text(text="For you alone: no scout and no event shows it.", most=2_000, least=0, lines=True)
METADATA = By(
    text="Your own labels, at most 50 strings; for you alone.",
    reads=read_metadata,
    says=lambda _: {
        "type": "object",
        "propertyNames": {"pattern": ID},
        "additionalProperties": {"type": "string", "maxLength": 500},
        "maxProperties": 50,
    },
    refuses=frozenset({InvalidField, InvalidText, TextTooLong}),
)
WINDOW = Body(
    name="WindowDraft",
    text="When it may be captured: at least 15 minutes, ending at most 90 days ahead. Times need an offset or Z.",
    fields={
        "opens_at": Moment(text="At once if absent; at most 10 minutes ago.", sample="2026-11-20T09:00:00Z"),
        "closes_at": Moment(text="The last moment of capture.", sample="2026-11-20T15:00:00Z"),
    },
    needed=("closes_at",),
    or_null=("opens_at",),
)
PLACE = Body(
    name="PlaceDraft",
    text="Where: a point (WGS 84) and how far from it a capture may be made.",
    fields={
        "lat": Degrees(most=90, sample=52.52),
        "lng": Degrees(most=180, sample=13.405),
        "radius_m": Metres(least=LEAST_RADIUS_M, most=MOST_RADIUS_M, sample=60),
    },
    needed=("lat", "lng", "radius_m"),
)
MEDIA = WordOf(text="What is captured.", among=kinds.asked_for, sample=kinds.PHOTO)
PROOF = Body(
    name="ProofDraft",
    text="What has to be handed in.",
    fields={
        "media": MEDIA,
        "count": Integer(text="How many.", least=1, most=10, sample=1),
        "challenge": OneOf(
            text="`code`: a word shown at capture time must be in the picture. `second_view`: a second angle.",
            among=Challenge,
            sample="none",
        ),
        "accuracy_m": Metres(
            text="How exact the position must be; absent: what the reward asks for.", least=5, most=5_000
        ),
        "daylight": Truth(text="Only while the sun is up there."),
    },
    default={"media": kinds.PHOTO, "count": 1, "challenge": Challenge.NONE, "daylight": False},
    or_null=("accuracy_m",),
)
DRAFT = Body(
    name="BountyDraft",
    text="What is asked for. Only title, questions, place, window and reward are needed.",
    fields={
        "title": TITLE,
        "questions": QUESTIONS,
        "criteria": CRITERIA,
        "place": PLACE,
        "window": WINDOW,
        "reward": Money(
            text='For one slot, to the scout: "0.05" to "10000.00". A fee comes on top.',
            least=LEAST_REWARD,
            most=MOST_REWARD,
            refused_as=RewardOutOfBounds,
            sample="2.50",
        ),
        "blocked_reward": Money(
            text='What a truthful "I could not get there" earns: "0.01" up to the reward; absent: 30 % of it.',
            least=LEAST_BLOCKED_REWARD,
            refused_as=BlockedRewardOutOfBounds,
        ),
        "currency": CURRENCY,
        "slots": Integer(text="How many independent observations.", least=1, most=MOST_SLOTS, sample=1),
        "proof": PROOF,
        "review": OneOf(
            text="`auto`: the checks decide, or else you do. `buyer`: you do. Silence pays what nobody doubts.",
            among=Review,
            sample="auto",
        ),
        "review_hours": Integer(text="How long you may take to review.", least=1, most=168),
        "least_reputation": Integer(text="Only scouts with at least this.", least=0, most=100),
        "distinct_scouts": Truth(text="No scout fills two slots."),
        "private_note": PRIVATE_NOTE,
        "metadata": METADATA,
    },
    needed=("title", "questions", "place", "window", "reward"),
    default={
        "criteria": (),
        "currency": "usd",
        "slots": 1,
        "review": Review.AUTO,
        "review_hours": 24,
        "least_reputation": 0,
        "distinct_scouts": True,
        "private_note": "",
    },
    or_null=("blocked_reward",),
)


FIELDS = tuple(DRAFT.fields)


def read(body: object, *, at: datetime, besides: Collection[str] = ()) -> Draft:
    """The draft in what was sent, or the first thing that is wrong with it. `at` is the buyer's own time.

    `besides`: fields that are somebody else's to read.
    """
    given = DRAFT.read(body, besides=besides)
    opens_at, closes_at = _check_window(given["window"], at=at)
    reward, blocked_reward = given["reward"], given.get("blocked_reward")
    if blocked_reward is None:
        blocked_reward = default_blocked_reward(reward)
    elif blocked_reward > reward:
        raise BlockedRewardOutOfBounds("This is more than the reward.", param="/blocked_reward")
    return Draft(
        title=given["title"],
        questions=given["questions"],
        criteria=given["criteria"],
        place=Place(given["place"]["lat"], given["place"]["lng"], given["place"]["radius_m"]),
        opens_at=opens_at,
        closes_at=closes_at,
        reward_micros=reward,
        blocked_reward_micros=blocked_reward,
        slots=given["slots"],
        proof=Proof(**given["proof"]) if "proof" in given else Proof(),
        review=given["review"],
        review_hours=given["review_hours"],
        least_reputation=given["least_reputation"],
        distinct_scouts=given["distinct_scouts"],
        private_note=given["private_note"],
        metadata=given.get("metadata", {}),
    )


def read_title(value: object) -> str:
    return TITLE.read(value, "/title")


def read_criteria(value: object) -> tuple[str, ...]:
    return CRITERIA.read(value, "/criteria")


def read_private_note(value: object) -> str:
    return PRIVATE_NOTE.read(value, "/private_note")


def _check_window(given: Mapping[str, datetime], *, at: datetime) -> tuple[datetime, datetime]:
    opens_at, closes_at = given.get("opens_at", at), given["closes_at"]
    if opens_at < at - OPENED_BEFORE:
        raise WindowOutOfBounds("The window opens in the past.", param="/window/opens_at")
    check_closing(opens_at=opens_at, closes_at=closes_at, at=at)
    return opens_at, closes_at


def check_closing(*, opens_at: datetime, closes_at: datetime, at: datetime) -> None:
    if closes_at <= at:
        raise WindowOutOfBounds("The window closes in the past.", param="/window/closes_at")
    if closes_at - max(opens_at, at) < SHORTEST_WINDOW:
        raise WindowOutOfBounds("The window is shorter than 15 minutes.", param="/window/closes_at")
    if closes_at - at > FURTHEST_AHEAD:
        raise WindowOutOfBounds("The window closes more than 90 days ahead.", param="/window/closes_at")

"""What an agent asks for, before it is a bounty: read from plain values, checked and bounded. Pure.

Whether it may be asked at all is for `screening.py`; what it costs, for the ledger's policies.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from bounties import reading
from bounties.reading import InvalidField, UnknownField
from bounties.text import plain
from market import money
from market.errors import DomainError
from market.ledger.policies import default_blocked_reward
from verification.requirements import Question, QuestionType, Review

LEAST_REWARD = money.Micros(50_000)
MOST_REWARD = money.Micros(10_000 * money.MICROS_PER_DOLLAR)
LEAST_BLOCKED_REWARD = money.Micros(money.MICROS_PER_CENT)
LEAST_RADIUS_M, MOST_RADIUS_M = 10, 50_000
MOST_SLOTS = 1_000
FURTHEST_AHEAD = timedelta(days=90)
SHORTEST_WINDOW = timedelta(minutes=15)
# Clocks differ, and a request travels: a window may say that it opened a little while ago.
OPENED_BEFORE = timedelta(minutes=10)

_ID = re.compile(r"[A-Za-z0-9_-]{1,40}", re.ASCII)


class Media(StrEnum):
    PHOTO = "photo"


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
    media: Media = Media.PHOTO
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


FIELDS = (
    "title", "questions", "criteria", "place", "window", "reward", "blocked_reward", "currency", "slots", "proof",
    "review", "review_hours", "least_reputation", "distinct_scouts", "private_note", "metadata",
)  # fmt: skip


def read(body: object, *, at: datetime, besides: Collection[str] = ()) -> Draft:
    """The draft in what was sent, or the first thing that is wrong with it. `at` is the buyer's own time.

    `besides`: fields that are somebody else's to read.
    """
    given = reading.fields(
        body, param="", known=(*FIELDS, *besides), needed=("title", "questions", "place", "window", "reward")
    )
    reading.currency(given.get("currency", "usd"))
    opens_at, closes_at = read_window(given["window"], at=at)
    reward = _read_reward(given["reward"])
    return Draft(
        title=read_title(given["title"]),
        questions=read_questions(given["questions"]),
        criteria=read_criteria(given.get("criteria", ())),
        place=_read_place(given["place"]),
        opens_at=opens_at,
        closes_at=closes_at,
        reward_micros=reward,
        blocked_reward_micros=_read_blocked_reward(given.get("blocked_reward"), reward=reward),
        slots=reading.integer(given.get("slots", 1), param="/slots", least=1, most=MOST_SLOTS),
        proof=_read_proof(given.get("proof", {})),
        review=reading.choice(given.get("review", "auto"), Review, param="/review"),
        review_hours=reading.integer(given.get("review_hours", 24), param="/review_hours", least=1, most=168),
        least_reputation=reading.integer(
            given.get("least_reputation", 0), param="/least_reputation", least=0, most=100
        ),
        distinct_scouts=reading.truth(given.get("distinct_scouts", True), param="/distinct_scouts"),
        private_note=read_private_note(given.get("private_note", "")),
        metadata=read_metadata(given.get("metadata", {})),
    )


def read_title(value: object) -> str:
    return plain(value, param="/title", most=120)


def read_questions(value: object) -> tuple[Question, ...]:
    """One question or several; a bare string is a question to be answered in words."""
    listed = [value] if isinstance(value, str | Mapping) else value
    questions = reading.items(listed, _read_question, param="/questions", least=1, most=10)
    seen: set[str] = set()
    for position, question in enumerate(questions):
        if question.id in seen:
            raise InvalidField(f"The id `{question.id}` is used twice.", param=f"/questions/{position}/id")
        seen.add(question.id)
    return questions


def read_criteria(value: object) -> tuple[str, ...]:
    return reading.items(
        value, lambda each, param: plain(each, param=param, most=300), param="/criteria", least=0, most=10
    )


def read_private_note(value: object) -> str:
    return plain(value, param="/private_note", most=2_000, least=0, lines=True)


def read_metadata(value: object) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise InvalidField("This must be an object of strings.", param="/metadata")
    if len(value) > 50:
        raise InvalidField("This may have at most 50 entries.", param="/metadata")
    read: dict[str, str] = {}
    for name, each in value.items():
        if not isinstance(name, str) or not _ID.fullmatch(name):
            raise InvalidField(
                "Names are 1 to 40 letters, digits, - and _.", param=f"/metadata/{reading.pointer(name)}"
            )
        read[name] = plain(each, param=f"/metadata/{name}", most=500, least=0, lines=True)
    return read


def read_window(value: object, *, at: datetime) -> tuple[datetime, datetime]:
    given = reading.fields(value, param="/window", known=("opens_at", "closes_at"), needed=("closes_at",))
    opens_at = at if given.get("opens_at") is None else reading.moment(given["opens_at"], param="/window/opens_at")
    closes_at = reading.moment(given["closes_at"], param="/window/closes_at")
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


def _read_question(value: object, param: str) -> Question:
    default_id = f"q{int(param.rpartition('/')[2]) + 1}"
    if isinstance(value, str):
        return Question(id=default_id, text=plain(value, param=param, most=500))
    given = reading.fields(value, param=param, known=("id", "text", "type", "choices", "unit"), needed=("text",))
    type_ = reading.choice(given.get("type", "text"), QuestionType, param=f"{param}/type")
    return Question(
        id=_read_id(given.get("id", default_id), param=f"{param}/id"),
        text=plain(given["text"], param=f"{param}/text", most=500),
        type=type_,
        choices=_read_choices(given.get("choices"), type_=type_, param=f"{param}/choices"),
        unit=_read_unit(given.get("unit"), type_=type_, param=f"{param}/unit"),
    )


def _read_id(value: object, *, param: str) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise InvalidField("An id is 1 to 40 letters, digits, - and _.", param=param)
    return value


def _read_choices(value: object, *, type_: QuestionType, param: str) -> tuple[str, ...]:
    if type_ is not QuestionType.CHOICE:
        if value:
            raise UnknownField("Only a question of type `choice` has choices.", param=param)
        return ()
    choices = reading.items(
        () if value is None else value,
        lambda each, where: plain(each, param=where, most=80),
        param=param,
        least=2,
        most=20,
    )
    if len({each.casefold() for each in choices}) < len(choices):
        raise InvalidField("Two of these choices are the same.", param=param)
    return choices


def _read_unit(value: object, *, type_: QuestionType, param: str) -> str | None:
    if value is None:
        return None
    if type_ is not QuestionType.NUMBER:
        raise UnknownField("Only a question of type `number` has a unit.", param=param)
    return plain(value, param=param, most=20)


def _read_place(value: object) -> Place:
    given = reading.fields(value, param="/place", known=("lat", "lng", "radius_m"), needed=("lat", "lng", "radius_m"))
    return Place(
        latitude_e7=reading.degrees_e7(given["lat"], param="/place/lat", most=90),
        longitude_e7=reading.degrees_e7(given["lng"], param="/place/lng", most=180),
        radius_m=reading.metres(given["radius_m"], param="/place/radius_m", least=LEAST_RADIUS_M, most=MOST_RADIUS_M),
    )


def _read_reward(value: object) -> money.Micros:
    reward = money.parse(value, param="/reward")
    if not LEAST_REWARD <= reward <= MOST_REWARD:
        raise RewardOutOfBounds("This reward is out of bounds.", param="/reward")
    return reward


def _read_blocked_reward(value: object, *, reward: money.Micros) -> money.Micros:
    if value is None:
        return default_blocked_reward(reward)
    blocked = money.parse(value, param="/blocked_reward")
    if not LEAST_BLOCKED_REWARD <= blocked <= reward:
        raise BlockedRewardOutOfBounds("This reward for a blocked place is out of bounds.", param="/blocked_reward")
    return blocked


def _read_proof(value: object) -> Proof:
    given = reading.fields(value, param="/proof", known=("media", "count", "challenge", "accuracy_m", "daylight"))
    accuracy = given.get("accuracy_m")
    return Proof(
        media=reading.choice(given.get("media", "photo"), Media, param="/proof/media"),
        count=reading.integer(given.get("count", 1), param="/proof/count", least=1, most=10),
        challenge=reading.choice(given.get("challenge", "none"), Challenge, param="/proof/challenge"),
        accuracy_m=None
        if accuracy is None
        else reading.metres(accuracy, param="/proof/accuracy_m", least=5, most=5_000),
        daylight=reading.truth(given.get("daylight", False), param="/proof/daylight"),
    )

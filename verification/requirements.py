"""What a bounty asks of a submission, in verification's own words; stored frozen, beside the evidence."""

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from verification import canonical, policies
from verification.canonical import UnreadableFacts
from verification.evidence import ChallengeKind
from verification.geo import Place
from verification.kinds import PHOTO
from verification.policies import Policy

FORMAT = 1


class Review(StrEnum):
    AUTO = "auto"
    BUYER = "buyer"


class QuestionType(StrEnum):
    YES_NO = "yes_no"
    CHOICE = "choice"
    NUMBER = "number"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Criterion:
    """A sentence about the picture that must be true of it."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    id: str
    text: str
    type: QuestionType = QuestionType.TEXT
    choices: tuple[str, ...] = ()
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """How many artifacts of a kind are wanted at least."""

    kind: str = PHOTO
    least: int = 1


@dataclass(frozen=True, slots=True)
class Requirements:
    place: Place
    radius_m: float
    window_start: datetime
    window_end: datetime
    reward_micros: int
    policy: Policy
    proof: tuple[Proof, ...] = (Proof(),)
    challenge: ChallengeKind = ChallengeKind.NONE
    daylight: bool = False
    criteria: tuple[Criterion, ...] = ()
    questions: tuple[Question, ...] = ()
    review: Review = Review.AUTO
    format: int = field(default=FORMAT)


# A buyer names questions with letters, digits, - and _: with a colon in it, no other id can be a question's.
def criteria_of(sentences: Iterable[str]) -> tuple[Criterion, ...]:
    """A bounty's criteria, numbered from one in the order the buyer gave them."""
    return tuple(Criterion(f"c:{number}", text) for number, text in enumerate(sentences, start=1))


# Asked of the pictures in place of the bounty's own criteria when the scout answers that it cannot be had.
BLOCKED_CRITERION = Criterion(
    id="c:blocked",
    text="The pictures show the place, and show that what was asked for is not there or cannot be reached.",
)

# Asked beside them, of what no photograph of a real place shows: whoever says yes to it says yes to anything.
CONTROL = "c:0"
CONTROLS = (
    "A giraffe is standing in a bath tub.",
    "Every person in the photographs wears a diving helmet.",
    "The ground is covered with playing cards from edge to edge.",
    "Two full moons are visible side by side.",
    "A grand piano is hanging from a balloon.",
    "The building is made of transparent ice.",
    "A flock of flamingos is crossing a frozen lake.",
    "All vehicles in the photographs are upside down.",
)


def to_json(requirements: Requirements) -> bytes:
    return canonical.dumps(canonical.to_plain(requirements))


def from_json(text: bytes | str) -> Requirements:
    plain = canonical.loads(text)
    if not isinstance(plain, dict) or plain.get("format") != FORMAT:
        raise UnreadableFacts("These requirements are written in a format that this version does not read.")
    return canonical.from_plain(Requirements, plain)


def under_current_rules(requirements: Requirements) -> Requirements:
    """The same wishes under today's policy: what a changed rule would have changed."""
    return dataclasses.replace(requirements, policy=policies.policy_for(requirements.reward_micros))

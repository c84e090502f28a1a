"""What is required grows with the reward: one table, read from the cheapest bounty to the dearest.

Only numbers and names stand here. What a check does with a number stands in the check, what a verdict does with a check
in `decide.py`. The policy in force is copied into the stored requirements, so an old verdict replays under its own.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial

MICROS = 1_000_000


class Level(StrEnum):
    EVERYDAY = "everyday"
    NOTABLE = "notable"
    VALUABLE = "valuable"
    CRITICAL = "critical"


class WeakDoubts(StrEnum):
    NOTED = "noted"  # a weak doubt stands in the result and stops nothing
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Every number a check compares with.

    What was stored before a number was added lacks it: its default says what was done without it, and today's is set
    in the policy.
    """

    # The session and its clocks
    clock_skew_seconds: float = 300.0  # device against server in one exchange
    fix_age_seconds: float = 120.0  # a fix this near to the shutter says something about where the shutter was
    shutter_seconds: float | None = None  # and before all the sharpest of so near a moment; without it, of all
    session_seconds: float = 4 * 3600.0  # from opening to handing in, with contact
    # Place
    accuracy_m: float = 100.0  # a fix vaguer than this or than the radius, whichever is more, proves nothing
    exif_place_m: float = 500.0
    travel_doubt_mps: float = 70.0  # 250 km/h: faster than roads and most trains
    travel_limit_mps: float = 340.0  # faster than any airliner
    travel_least_m: float = 2_000.0  # below this, wandering receivers and not journeys are measured
    repeated_sessions: int = 1  # earlier sessions with coordinates equal to the last digit
    wandering_accuracy_m: float = 20.0  # sharper fixes come from a receiver and wander
    frozen_fixes: int = 3
    # Time
    exif_time_seconds: float = 24 * 3600.0  # 15 of 40 real files disagree with themselves by minutes to hours
    file_early_seconds: float = 15 * 60.0  # so long before its session a file may say it was made
    sun_degrees: float = -0.833  # the upper rim of the sun on the horizon, refraction counted
    # Pictures
    candidate_bits: int = 48  # of 256: how far to search; points decide, so a caption may cost the hash some bits
    hash_bits: int = 31  # PDQ's published threshold for the same picture: a doubt where points cannot be asked
    hash_quality: int = 50  # PDQ's published floor; flatter pictures have hashes that mean little
    copy_inliers: int = 30
    copy_share: float = 0.77
    # Where letters or bricks repeat, many points of a true copy find the wrong partner: a person compares these. What
    # is left of a copy lies within a pixel of its place; seen from a step aside, near things move against far ones.
    doubt_inliers: int = 80
    doubt_share: float = 0.45
    doubt_spread_px: float = 1.3
    sharpness: float = 60.0
    brightness: float = 30.0
    contrast: float = 10.0
    scene_inliers: int = 25
    # Answers
    number_share: float = 0.1  # two counts agree when they differ by at most this share of the larger


@dataclass(frozen=True, slots=True)
class Policy:
    level: Level
    from_micros: int
    least_fixes: int
    signature: bool  # a device signature is asked for, not just looked at when there
    models: int  # vision models that must agree
    witnesses: int  # independent others who must agree
    weak_doubts: WeakDoubts
    required: tuple[str, ...]  # checks that must be passed for an accept
    thresholds: Thresholds = field(default_factory=partial(Thresholds, shutter_seconds=20.0))


_ALWAYS = (
    "proof",
    "session_integrity",
    "time_window",
    "geofence",
    "fix_accuracy",
    "daylight",
    "exact_reuse",
    "near_reuse",
    "picture_quality",
    "challenge_code",
    "second_view",
    "instruction_text",
    "content",
)
_WITH_HISTORY = (*_ALWAYS, "impossible_travel", "repeated_coordinates", "editor_traces")
_WITH_WITNESSES = (*_WITH_HISTORY, "witnesses")

# fmt: off
POLICIES = (
    #      level           from           fixes signature models witnesses weak doubts        required
    Policy(Level.EVERYDAY,   0 * MICROS,  1,    False,    1,     0,        WeakDoubts.NOTED,  _ALWAYS),
    Policy(Level.NOTABLE,    5 * MICROS,  2,    True,     1,     0,        WeakDoubts.NOTED,  _ALWAYS),
    Policy(Level.VALUABLE,  25 * MICROS,  3,    True,     2,     0,        WeakDoubts.REVIEW, _WITH_HISTORY),
    Policy(Level.CRITICAL, 100 * MICROS,  3,    True,     2,     1,        WeakDoubts.REVIEW, _WITH_WITNESSES),
)
# fmt: on


def policy_for(reward_micros: int) -> Policy:
    """The dearest row that this reward reaches."""
    return [policy for policy in POLICIES if policy.from_micros <= max(reward_micros, 0)][-1]

"""What a simulated scout may be asked to do, and what an agent can expect to come of it. Pure.

What comes of it is not decided here: these are the words for what the checks answer to such a capture.
"""

from enum import StrEnum
from typing import Final


class Outcome(StrEnum):
    GOOD = "good"
    BLOCKED = "blocked"
    WRONG_PLACE = "wrong_place"
    STALE = "stale"
    REUSED = "reused"
    BLURRY = "blurry"
    NO_SHOW = "no_show"


EXPECT: Final = {
    Outcome.GOOD: "A result. Without a vision model it is in review: look at it, then accept or reject it.",
    Outcome.BLOCKED: "A result in review with `blocked`: the scout could not get in. Accepted, it pays blocked_reward.",
    Outcome.WRONG_PLACE: "A rejected result: captured outside the circle (check geofence). It costs nothing.",
    Outcome.STALE: "A result in review: its file says that it was taken days ago (check exif_time). Reject it.",
    Outcome.REUSED: "A rejected result: these bytes were handed in before (check exact_reuse). It costs nothing.",
    Outcome.BLURRY: "A result in review: too blurred to make things out (check picture_quality). You judge.",
    Outcome.NO_SHOW: "A claim and nothing after it. It expires, and the slot is free again.",
}

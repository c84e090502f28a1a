"""The states of everything in this room, and which may follow which. Pure; the diagrams are drawn from here.

Who may make a change is no business of this file: that is `policies/`.
"""

from enum import StrEnum
from typing import Any

from market.transitions import Lifecycle


class BountyState(StrEnum):
    SCREENING = "screening"  # an operator looks at it; no money is held
    UNFUNDED = "unfunded"  # allowed, and waiting for money
    OPEN = "open"  # on offer
    CLOSING = "closing"  # no new claims; what was begun is finished
    COMPLETED = "completed"  # every slot was filled
    EXPIRED = "expired"  # its time ran out
    CANCELLED = "cancelled"  # by its buyer
    REFUSED = "refused"  # by screening


class SlotState(StrEnum):
    OPEN = "open"
    CLAIMED = "claimed"  # one live claim
    JUDGING = "judging"  # no live claim; something handed in is verified or reviewed
    FILLED = "filled"  # paid from the hold: money's last word
    RETURNED = "returned"  # its money went back: money's last word


class ClaimState(StrEnum):
    LIVE = "live"
    SUBMITTED = "submitted"
    FULFILLED = "fulfilled"
    FAILED = "failed"  # what was handed in was rejected, or not needed
    RELEASED = "released"  # by the scout
    EXPIRED = "expired"  # an offline capture may still come
    ENDED = "ended"  # somebody's earlier capture filled the slot


class SubmissionState(StrEnum):
    VERIFYING = "verifying"
    IN_REVIEW = "in_review"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    SET_ASIDE = "set_aside"  # kept and not judged, or not needed: late, slot filled
    COMPENSATED = "compensated"  # an appeal was won and the house paid; the buyer has no result of it


class AwardState(StrEnum):
    PENDING = "pending"
    CONTESTED = "contested"
    SETTLED = "settled"  # the scout can have it paid out
    REVERSED = "reversed"  # the buyer's dispute was upheld


class DisputeState(StrEnum):
    OPEN = "open"  # the other side may answer
    ANSWERED = "answered"
    RULED = "ruled"
    WITHDRAWN = "withdrawn"


class ReportState(StrEnum):
    OPEN = "open"  # one of our staff looks at the bounty
    DISMISSED = "dismissed"  # the bounty may stay
    UPHELD = "upheld"  # it was taken off


BOUNTY = Lifecycle(
    "bounty",
    BountyState.SCREENING,
    {
        BountyState.SCREENING: {
            BountyState.UNFUNDED: "allow",
            BountyState.REFUSED: "refuse",
            BountyState.CANCELLED: "cancel",
            BountyState.EXPIRED: "expire",
        },
        BountyState.UNFUNDED: {
            BountyState.OPEN: "fund",
            BountyState.SCREENING: "edit",
            BountyState.CANCELLED: "cancel",
            BountyState.EXPIRED: "expire",
        },
        BountyState.OPEN: {
            BountyState.CLOSING: "close",
            BountyState.COMPLETED: "fill",
        },
        BountyState.CLOSING: {
            BountyState.COMPLETED: "fill",
            BountyState.EXPIRED: "end",
            BountyState.CANCELLED: "end",
        },
    },
)

SLOT = Lifecycle(
    "slot",
    SlotState.OPEN,
    {
        SlotState.OPEN: {
            SlotState.CLAIMED: "claim",
            SlotState.JUDGING: "submit late",
            SlotState.FILLED: "rule",
            SlotState.RETURNED: "return",
        },
        SlotState.CLAIMED: {
            SlotState.OPEN: "release, expire",
            SlotState.JUDGING: "submit",
            SlotState.FILLED: "accept another",
        },
        SlotState.JUDGING: {
            SlotState.OPEN: "reject",
            SlotState.CLAIMED: "retake, claim another",
            SlotState.FILLED: "accept",
        },
    },
)

CLAIM = Lifecycle(
    "claim",
    ClaimState.LIVE,
    {
        ClaimState.LIVE: {
            ClaimState.SUBMITTED: "submit",
            ClaimState.RELEASED: "release",
            ClaimState.EXPIRED: "expire",
            ClaimState.ENDED: "end",
        },
        ClaimState.SUBMITTED: {
            ClaimState.LIVE: "retake",
            ClaimState.FULFILLED: "accept",
            ClaimState.FAILED: "reject",
        },
        ClaimState.EXPIRED: {ClaimState.SUBMITTED: "submit late"},
    },
)

SUBMISSION = Lifecycle(
    "submission",
    SubmissionState.VERIFYING,
    {
        SubmissionState.VERIFYING: {
            SubmissionState.ACCEPTED: "accept",
            SubmissionState.REJECTED: "reject",
            SubmissionState.IN_REVIEW: "review",
            SubmissionState.SET_ASIDE: "set aside",
        },
        SubmissionState.IN_REVIEW: {
            SubmissionState.ACCEPTED: "accept",
            SubmissionState.REJECTED: "reject",
            SubmissionState.SET_ASIDE: "set aside",
        },
        SubmissionState.REJECTED: {
            SubmissionState.ACCEPTED: "rule",
            SubmissionState.COMPENSATED: "rule",
        },
        SubmissionState.SET_ASIDE: {SubmissionState.ACCEPTED: "rule", SubmissionState.COMPENSATED: "rule"},
        SubmissionState.ACCEPTED: {SubmissionState.REJECTED: "overturn"},
    },
)

AWARD = Lifecycle(
    "award",
    AwardState.PENDING,
    {
        AwardState.PENDING: {AwardState.CONTESTED: "dispute", AwardState.SETTLED: "settle"},
        AwardState.CONTESTED: {AwardState.SETTLED: "rule", AwardState.REVERSED: "rule", AwardState.PENDING: "withdraw"},
    },
)

DISPUTE = Lifecycle(
    "dispute",
    DisputeState.OPEN,
    {
        DisputeState.OPEN: {
            DisputeState.ANSWERED: "answer",
            DisputeState.RULED: "rule",
            DisputeState.WITHDRAWN: "withdraw",
        },
        DisputeState.ANSWERED: {DisputeState.RULED: "rule", DisputeState.WITHDRAWN: "withdraw"},
    },
)

REPORT = Lifecycle(
    "report",
    ReportState.OPEN,
    {ReportState.OPEN: {ReportState.DISMISSED: "keep", ReportState.UPHELD: "take off"}},
)

LIFECYCLES: tuple[Lifecycle[Any], ...] = (BOUNTY, SLOT, CLAIM, SUBMISSION, AWARD, DISPUTE, REPORT)

CLAIM_HOLDS_SLOT = (ClaimState.LIVE,)
# One scout, one answer per bounty: what counts as having answered, or being about to.
CLAIM_COUNTS = (ClaimState.LIVE, ClaimState.SUBMITTED, ClaimState.FULFILLED)
SUBMISSION_JUDGED = (SubmissionState.VERIFYING, SubmissionState.IN_REVIEW)
# What its buyer sees of it. What is being verified or was set aside is no result; what the house paid for on appeal
# stays rejected for the buyer, who pays nothing and gets nothing.
SUBMISSION_IS_RESULT = (
    SubmissionState.IN_REVIEW,
    SubmissionState.ACCEPTED,
    SubmissionState.REJECTED,
    SubmissionState.COMPENSATED,
)
BOUNTY_ENDS = tuple(sorted(BOUNTY.ends()))
SLOT_ENDS = (SlotState.FILLED, SlotState.RETURNED)
DISPUTE_RUNS = (DisputeState.OPEN, DisputeState.ANSWERED)

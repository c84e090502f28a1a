"""A result as the buyer sees it. Nothing of who the scout is; what the scout wrote is marked as not to be trusted."""

from typing import Any

from agents_api.problems import Call
from bounties.models import Submission
from bounties.operations.locking import NoSuchSubmission
from bounties.policies.grounds import REJECTION
from bounties.states import SubmissionState
from bounties.verdicts import Reviewer
from market.ids import decode, encode

# From the verdict on. What is being verified or was set aside is no result; what the house paid for on appeal stays
# rejected for the buyer, who pays nothing and gets nothing.
SHOWN_AS = {
    SubmissionState.IN_REVIEW: "in_review",
    SubmissionState.ACCEPTED: "accepted",
    SubmissionState.REJECTED: "rejected",
    SubmissionState.COMPENSATED: "rejected",
}
VISIBLE = tuple(SHOWN_AS)


def result(submission: Submission) -> dict[str, Any]:
    status = SHOWN_AS[SubmissionState(submission.state)]
    verdict = submission.verdict or {}
    machine = submission.decided_by == "machine"
    return {
        "id": encode("sub", submission.id),
        "object": "result",
        "mode": submission.mode,
        "bounty": encode("bnt", submission.bounty_id),
        "slot": submission.slot.number,
        "status": status,
        "version": submission.version,
        "blocked": submission.blocked or None,
        "answers": [] if status == "rejected" else [answer | {"untrusted": True} for answer in submission.answers],
        "verdict": {"outcome": verdict.get("outcome"), "reasons": verdict.get("for_buyer", [])},
        # The scout's and the buyer's sentences differ where a check rejected: each reads its own.
        "rejected_for": (verdict.get("for_buyer", []) if machine else submission.reasons)
        if status == "rejected"
        else [],
        "decided_by": submission.decided_by or None,
        "captured_at": submission.captured_at,
        "received_at": submission.received_at,
        "judged_at": submission.judged_at,
        "decided_at": submission.decided_at,
        "next_action": _next_action(submission, status),
    }


def _next_action(submission: Submission, status: str) -> dict[str, Any]:
    path = f"/v1/results/{encode('sub', submission.id)}"
    if status != "in_review":
        return {"do": "nothing", "call": None, "until": None}
    if submission.reviewer != Reviewer.BUYER:
        # One of our staff looks first; the buyer is told through the feed when that is done.
        return {"do": "wait", "call": Call("GET", path).render(), "until": submission.review_due_at}
    return {
        "do": "review",
        "call": Call("POST", f"{path}/accept").render(),
        "or": Call("POST", f"{path}/reject", {"ground": "…", "note": "…"}).render(),
        "grounds": [{"code": ground.code, "sentence": ground.sentence} for ground in REJECTION.values()],
        "until": submission.review_due_at,  # silence pays
    }


def read_result_id(text: str) -> Any:
    result_id = decode("sub", text)
    if result_id is None:
        raise NoSuchSubmission("There is no such result.")
    return result_id

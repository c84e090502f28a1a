"""What time does in the model: what the sweeps find due, in their order, and have done."""

from collections.abc import Callable, Collection
from datetime import datetime
from operator import itemgetter
from typing import Any
from uuid import UUID

from tests.simulation import acts
from tests.simulation.model import RUNNING_DISPUTES, Award, Bounty, Claim, Dispute, Model, Submission

SWEEPS = ("claims", "reviews", "disputes", "bounties", "awards")


def sweep(model: Model, kind: str, *, first: Collection[UUID] = ()) -> int:
    """`first`: of two submissions that fell silent at the same moment, the one that the exchange took first."""
    due, do = _due(model, kind)
    for _, _, thing in sorted(((at, thing.id not in first, thing) for at, thing in due), key=itemgetter(0, 1)):
        do(model, thing)
    return len(due)


def sweep_everything(model: Model, *, first: Collection[UUID] = ()) -> None:
    while sum(sweep(model, kind, first=first) for kind in SWEEPS):
        pass


def _due(model: Model, kind: str) -> tuple[list[tuple[datetime, Any]], Callable[[Model, Any], None]]:
    now = model.now
    if kind == "claims":
        claims = [each for each in model.claims if each.state == "live" and each.expires_at <= now(each.bounty)]
        return [(each.expires_at, each) for each in claims], expire_claim
    if kind == "reviews":
        reviews = [(each.review_due_at, each) for each in model.submissions if each.state == "in_review"]
        return [(at, each) for at, each in reviews if at and at <= now(each.bounty)], fall_silent
    if kind == "disputes":
        running = [each for each in model.disputes if each.state in RUNNING_DISPUTES]
        due = [(each.rule_by, each) for each in running if each.rule_by <= now(each.submission.bounty)]
        return due, rule_by_default
    if kind == "bounties":
        waiting = [(each.due_at, each) for each in model.bounties if each.state not in acts.ENDS]
        return [(at, each) for at, each in waiting if at and at <= now(each)], expire_bounty
    awards = [each.award for each in model.submissions if each.award and each.award.state == "pending"]
    settling = [(each.settles_at, each) for each in awards if each.settles_at <= now(each.submission.bounty)]
    return settling, settle


# --- each for one thing, and nothing if it is not due -----------------------------------------------------------------


def expire_claim(model: Model, claim: Claim) -> None:
    if claim.state == "live" and claim.expires_at <= model.now(claim.bounty):
        acts.lapse(model, claim)
        model.record(claim.bounty)


def fall_silent(model: Model, submission: Submission) -> None:
    due_at = submission.review_due_at
    if submission.state != "in_review" or due_at is None or due_at > model.now(submission.bounty):
        return
    if submission.reviewer == "operator":
        model.send_to_review(submission, "buyer")
    elif submission.silence_pays:
        model.accept(submission, "silence")
    else:
        model.reject(submission, "silence", retake=False)
    model.record(submission.bounty)


def rule_by_default(model: Model, dispute: Dispute) -> None:
    submission = dispute.submission
    if dispute.state not in RUNNING_DISPUTES or dispute.rule_by > model.now(submission.bounty):
        return
    only_a_buyers_word = submission.decided_by == "buyer" and submission.silence_pays
    for_scout = dispute.opened_by == "buyer" or only_a_buyers_word
    acts.rule(model, dispute, "for_scout" if for_scout else "for_buyer")


def expire_bounty(model: Model, bounty: Bounty) -> None:
    if bounty.due_at is None or bounty.due_at > model.now(bounty):
        return
    if bounty.state in ("screening", "unfunded"):
        bounty.state, bounty.due_at = "expired", None
    elif bounty.state == "open":
        acts.close(model, bounty, "expired")
    else:
        model.record(bounty)


def settle(model: Model, award: Award) -> None:
    if award.state == "pending" and award.settles_at <= model.now(award.submission.bounty):
        model.settle(award)
        model.record(award.submission.bounty)

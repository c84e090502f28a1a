"""What the sweeps find due in the model, in their order, and have done."""

from collections.abc import Callable, Collection
from datetime import datetime
from operator import itemgetter
from typing import Any
from uuid import UUID

from tests.simulation import acts
from tests.simulation.model import RUNNING_DISPUTES, Model

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
        return [(each.expires_at, each) for each in claims], acts.expire_claim
    if kind == "reviews":
        reviews = [(each.review_due_at, each) for each in model.submissions if each.state == "in_review"]
        return [(at, each) for at, each in reviews if at and at <= now(each.bounty)], acts.fall_silent
    if kind == "disputes":
        running = [each for each in model.disputes if each.state in RUNNING_DISPUTES]
        due = [(each.rule_by, each) for each in running if each.rule_by <= now(each.submission.bounty)]
        return due, acts.rule_by_default
    if kind == "bounties":
        waiting = [(each.due_at, each) for each in model.bounties if each.state not in acts.ENDS]
        return [(at, each) for at, each in waiting if at and at <= now(each)], acts.expire_bounty
    awards = [each.award for each in model.submissions if each.award and each.award.state == "pending"]
    settling = [(each.settles_at, each) for each in awards if each.settles_at <= now(each.submission.bounty)]
    return settling, acts.settle

"""Every change of state in this room: verbs, keyword-only arguments, the moment passed in as `at`.

Each is one transaction: check, change, record, announce. They read from top to bottom, and refuse with a `DomainError`.
"""

from bounties.operations.batches import post_batch, post_each
from bounties.operations.cancelling import cancel
from bounties.operations.claiming import arrive, claim, extend, release
from bounties.operations.disputing import answer, appeal, dispute, message, message_as_operator, withdraw
from bounties.operations.editing import edit
from bounties.operations.expiring import expire_bounty, expire_claim
from bounties.operations.expiring_together import expire_unclaimed
from bounties.operations.funding import fund
from bounties.operations.posting import draw_up, post, post_all, quote, try_post
from bounties.operations.reporting import keep, report, take_off
from bounties.operations.reviewing import accept, accept_as_operator, fall_silent, reject, reject_as_operator
from bounties.operations.ruling import rule, rule_by_default
from bounties.operations.screening import allow, refuse
from bounties.operations.settling import settle
from bounties.operations.submitting import HandIn, submit
from bounties.operations.verdicts import record_verdict

__all__ = [
    "HandIn",
    "accept",
    "accept_as_operator",
    "allow",
    "answer",
    "appeal",
    "arrive",
    "cancel",
    "claim",
    "dispute",
    "draw_up",
    "edit",
    "expire_bounty",
    "expire_claim",
    "expire_unclaimed",
    "extend",
    "fall_silent",
    "fund",
    "keep",
    "message",
    "message_as_operator",
    "post",
    "post_all",
    "post_batch",
    "post_each",
    "quote",
    "record_verdict",
    "refuse",
    "reject",
    "reject_as_operator",
    "release",
    "report",
    "rule",
    "rule_by_default",
    "settle",
    "submit",
    "take_off",
    "try_post",
    "withdraw",
]

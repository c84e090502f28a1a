"""The catalogue of what is told to buyers and scouts, published by both doors.

Nothing here names a scout to a buyer, or tells a scout a buyer's name or private note; nobody's e-mail and nobody's
track stand in any field. Payouts and webhook endpoints are told by their own rooms: `CATALOGUE` lists them too.
"""

import difflib
from collections.abc import Mapping
from datetime import datetime

from market.errors import DomainError
from market.events.types import ID, MOMENT, MONEY, NUMBER, TEXT, TRUTH, WORD, WORDS, EventType, Schema
from market.payments import events as payments
from market.webhooks import events as webhooks

REASONS: Schema = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"number": NUMBER, "code": WORD, "sentence": TEXT},
        "required": ["number", "code", "sentence"],
        "additionalProperties": False,
    },
}

_BOUNTY: Mapping[str, Schema] = {"bounty": ID, "version": NUMBER, "status": WORD}
_CLAIM: Mapping[str, Schema] = {"bounty": ID, "claim": ID, "slot": NUMBER}
_RESULT: Mapping[str, Schema] = {"bounty": ID, "version": NUMBER, "result": ID}
_SUBMISSION: Mapping[str, Schema] = {"bounty": ID, "claim": ID, "submission": ID}
_DISPUTE: Mapping[str, Schema] = {"bounty": ID, "submission": ID, "dispute": ID, "opened_by": WORD}


def _type(name: str, told: str, sentence: str, *fields: Mapping[str, Schema]) -> EventType:
    return EventType(name, told, sentence, {key: schema for each in fields for key, schema in each.items()})


def _bounty(name: str, sentence: str, fields: Mapping[str, Schema] | None = None) -> EventType:
    return _type(f"bounty.{name}", "buyer", sentence, _BOUNTY, fields or {})


BOUNTY_SCREENING = _bounty("screening", "One of our staff looks at the bounty; no money is held.", {"rules": WORDS})
BOUNTY_REFUSED = _bounty("refused", "The bounty was refused.", {"reason": TEXT})
BOUNTY_UNFUNDED = _bounty("unfunded", "The bounty is allowed and waits for money.", {"total": MONEY})
BOUNTY_OPENED = _bounty("opened", "The money is held and the bounty is on offer.", {"total": MONEY})
BOUNTY_EDITED = _bounty("edited", "The bounty was changed.", {"fields": WORDS})
BOUNTY_TAKEN_OFF = _bounty("taken_off", "Our staff took it off: nobody is sent there any more.", {"reason": TEXT})
BOUNTY_CLOSING = _bounty("closing", "No new claims are taken; what was begun is finished.", {"because": WORD})
BOUNTY_COMPLETED = _bounty("completed", "Every slot is filled.", {"filled_slots": NUMBER})
BOUNTY_EXPIRED = _bounty("expired", "Its time ran out; what was not used came back.", {"filled_slots": NUMBER})
BOUNTY_CANCELLED = _bounty("cancelled", "It was cancelled; what was not used came back.", {"filled_slots": NUMBER})

CLAIM_MADE = _type("claim.made", "both", "A scout is on the way.", _CLAIM, {"expires_at": MOMENT})
CLAIM_EXTENDED = _type("claim.extended", "both", "The scout has more time.", _CLAIM, {"expires_at": MOMENT})
CLAIM_ON_SITE = _type("claim.on_site", "both", "The scout opened a capture session.", _CLAIM)
CLAIM_RELEASED = _type("claim.released", "both", "The scout gave the claim back.", _CLAIM)
CLAIM_EXPIRED = _type(
    "claim.expired",
    "both",
    "The claim's time is over; an offline capture may still come.",
    _CLAIM,
    {"upload_by": MOMENT},
)
CLAIM_ENDED = _type(
    "claim.ended", "both", "It is not needed: the slot was filled, or our staff took the bounty off.", _CLAIM
)

RESULT_RECEIVED = _type("result.received", "buyer", "A capture came in and is being verified.", _RESULT)
RESULT_IN_REVIEW = _type(
    "result.in_review",
    "buyer",
    "Somebody has to look at it; `silence` is what saying nothing until then does: accepts, rejects, or passes_on.",
    _RESULT,
    {"reviewer": WORD, "review_due_at": MOMENT, "silence": WORD},
)
RESULT_ACCEPTED = _type(
    "result.accepted",
    "buyer",
    "The result is yours, and its slot is filled.",
    _RESULT,
    {"decided_by": WORD, "blocked": TRUTH, "paid": MONEY, "fee": MONEY, "contestable_until": MOMENT},
)
RESULT_REJECTED = _type(
    "result.rejected", "buyer", "It was rejected.", _RESULT, {"decided_by": WORD, "reasons": REASONS}
)
RESULT_SET_ASIDE = _type("result.set_aside", "buyer", "It is not needed: the slot was filled.", _RESULT)
RESULT_FINAL = _type("result.final", "buyer", "It can no longer be contested.", _RESULT)
RESULT_OVERTURNED = _type(
    "result.overturned", "buyer", "Your dispute was upheld and the money is back.", _RESULT, {"returned": MONEY}
)

SUBMISSION_RECEIVED = _type("submission.received", "scout", "It is here, and being verified.", _SUBMISSION)
SUBMISSION_IN_REVIEW = _type(
    "submission.in_review", "scout", "Somebody looks at it; you hear by then.", _SUBMISSION, {"review_due_at": MOMENT}
)
SUBMISSION_ACCEPTED = _type(
    "submission.accepted",
    "scout",
    "It was accepted; the money is yours when the dispute window closes.",
    _SUBMISSION,
    {"amount": MONEY, "settles_at": MOMENT},
)
SUBMISSION_REJECTED = _type(
    "submission.rejected",
    "scout",
    "It was rejected, for the reasons given.",
    _SUBMISSION,
    {"reasons": REASONS, "retake_until": {"anyOf": [MOMENT, {"type": "null"}]}, "appeal_by": MOMENT},
)
SUBMISSION_SET_ASIDE = _type(
    "submission.set_aside",
    "scout",
    "It is kept, and was not judged.",
    _SUBMISSION,
    {"because": WORD, "appeal_by": MOMENT},
)
SUBMISSION_OVERTURNED = _type("submission.overturned", "scout", "The buyer's dispute was upheld.", _SUBMISSION)
AWARD_SETTLED = _type("award.settled", "scout", "It can be paid out now.", _SUBMISSION, {"amount": MONEY})

DISPUTE_OPENED = _type(
    "dispute.opened",
    "both",
    "A decision is contested; the other side may answer.",
    _DISPUTE,
    {"ground": WORD, "answer_by": MOMENT, "rule_by": MOMENT},
)
DISPUTE_MESSAGE = _type("dispute.message", "both", "Something was written.", _DISPUTE, {"author": WORD})
DISPUTE_RULED = _type(
    "dispute.ruled", "both", "It is decided.", _DISPUTE, {"ruling": WORD, "by_default": TRUTH, "explanation": TEXT}
)
DISPUTE_WITHDRAWN = _type("dispute.withdrawn", "both", "It was taken back; the decision stands.", _DISPUTE)

OWN = tuple(each for each in list(globals().values()) if isinstance(each, EventType))
CATALOGUE: Mapping[str, EventType] = {each.name: each for each in (*OWN, *payments.OWN, *webhooks.OWN)}


class UnknownEventType(DomainError):
    """There is no event of this type."""

    code = "unknown_event_type"
    fix = "Send types that /docs/webhooks.md lists, or none for all of them."


def named(name: object, *, param: str) -> EventType:
    found = CATALOGUE.get(name) if isinstance(name, str) else None
    if found is None:
        near = difflib.get_close_matches(str(name)[:60], CATALOGUE, n=1)
        meant = f" Did you mean `{near[0]}`?" if near else ""
        raise UnknownEventType(f"There is no event of this type.{meant}", param=param)
    return found


def moment(at: datetime) -> str:
    """A moment as every door spells it."""
    return at.isoformat().replace("+00:00", "Z")

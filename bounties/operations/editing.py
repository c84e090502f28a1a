"""Editing what may still be edited. What a scout relies on stands from the first claim on.

Reward, slots, place and proof never change: who wants others cancels and posts again, and nobody is misled.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.db import transaction

from bounties import drafts, events, reading
from bounties.drafts import Draft, Place
from bounties.models import Bounty, Claim
from bounties.operations.changing import Change, move_bounty, record
from bounties.operations.locking import lock_own_bounty
from bounties.operations.posting import findings_of, refuse_if_screened
from bounties.operations.telling import tell_buyer
from bounties.questions import QUESTIONS, read_questions
from bounties.reading import UnknownField
from bounties.screening import Outcome, screen
from bounties.shapes import Body, Moment
from bounties.states import BOUNTY_ENDS, BountyState
from market.accounts.models import Account
from market.errors import DomainError, Kind
from market.money import Micros
from market.transitions import WrongState, check_version
from verification.requirements import Question, QuestionType

_OWN = ("private_note", "metadata")
_WORDS = ("title", "questions", "criteria")
EDITABLE = (*_WORDS, "closes_at", *_OWN)
# As an agent writes it: the end of the window stands in the window, as it does when posting.
CHANGES = Body(
    name="BountyChanges",
    text="What is changed; everything else stays.",
    fields={
        "title": drafts.TITLE,
        "questions": QUESTIONS,
        "criteria": drafts.CRITERIA,
        "window": Body(
            text="A window can only be made longer.",
            fields={"closes_at": Moment(sample="2026-11-20T18:00:00Z")},
            needed=("closes_at",),
        ),
        "private_note": drafts.PRIVATE_NOTE,
        "metadata": drafts.METADATA,
    },
    sample={"window": {"closes_at": "2026-11-20T18:00:00Z"}, "private_note": "For the Friday report."},
)
FIELDS = tuple(CHANGES.fields)


class FixedOncePosted(UnknownField):
    """This field stands as it was posted: scouts, or the money that is held, rely on it."""

    code = "fixed_once_posted"
    fix = "Cancel it and post another one; whoever is on the way is still paid."


class AlreadyReliedUpon(DomainError):
    """A scout relies on what was to be changed."""

    code = "already_relied_upon"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix = "Cancel it and post another one; whoever is on the way is still paid."


class NewWordsNeedScreening(DomainError):
    """The new words have to be seen by a person, and the bounty is open."""

    code = "new_words_need_screening"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix = "Cancel it and post it anew: one of our staff has to see these words first."


def read_changes(body: object) -> dict[str, object]:
    """What `edit` takes, out of what an agent sent. What is not as `CHANGES` says is refused here, before any lock."""
    given = dict(body) if isinstance(body, Mapping) else {}
    for name in given:
        if name in drafts.FIELDS and name not in FIELDS:
            raise FixedOncePosted(f"`{name}` cannot be changed.", param=f"/{name}")
    window = given.get("window")
    if isinstance(window, Mapping) and "opens_at" in window:
        raise FixedOncePosted("A window can only be made longer.", param="/window/opens_at")
    CHANGES.read(body)
    if "window" in given:
        given["closes_at"] = given.pop("window")["closes_at"]
    return given


@transaction.atomic
def edit(
    *,
    buyer: Account,
    bounty_id: UUID,
    changes: Mapping[str, object],
    at: datetime,
    versions: Collection[int] | None = None,
) -> Bounty:
    """Words until the first claim, a later closing while it is open, and always the buyer's own notes.

    `versions`: only if it still has one of these.
    """
    given = reading.fields(changes, param="", known=EDITABLE)
    change = lock_own_bounty(bounty_id, buyer=buyer, at=at)
    bounty = change.bounty
    check_version(bounty.version, among=versions)
    if not given:
        return bounty  # nothing is asked for, and nobody is told of it
    if bounty.state in BOUNTY_ENDS and not set(given) <= set(_OWN):
        raise WrongState(f"This bounty is {bounty.state}: only your own note and metadata can be changed.")
    if "private_note" in given:
        bounty.private_note = drafts.read_private_note(given["private_note"])
    if "metadata" in given:
        bounty.metadata = drafts.read_metadata(given["metadata"])
    if "closes_at" in given:
        _extend_window(change, given["closes_at"])
    if not set(given).isdisjoint(_WORDS):
        _reword(change, given)
    bounty.save(update_fields=["private_note", "metadata", "closes_at", "due_at", "findings", *_WORDS])
    tell_buyer(events.BOUNTY_EDITED, change, fields=sorted(given))
    record(change)
    return bounty


def _extend_window(change: Change, value: object) -> None:
    bounty = change.bounty
    closes_at = reading.moment(value, param="/window/closes_at")
    if bounty.state == BountyState.CLOSING:
        raise WrongState("This bounty is closing: its window can no longer be moved.")
    if closes_at < bounty.closes_at:
        raise AlreadyReliedUpon("A window can be made longer, not shorter.", param="/window/closes_at")
    drafts.check_closing(opens_at=bounty.opens_at, closes_at=closes_at, at=change.now)
    bounty.closes_at = bounty.due_at = closes_at


def _reword(change: Change, given: Mapping[str, object]) -> None:
    bounty = change.bounty
    if bounty.state == BountyState.CLOSING or Claim.objects.filter(bounty=bounty).exists():
        raise AlreadyReliedUpon("Scouts have claimed it as it is.", param="/" + min(set(given) & set(_WORDS)))
    draft = _as_draft(bounty, given)
    screening = screen(draft)
    refuse_if_screened(screening)
    if screening.outcome is Outcome.REVIEW and bounty.state != BountyState.SCREENING:
        if bounty.state == BountyState.OPEN:
            raise NewWordsNeedScreening(screening.findings[0].sentence, param=screening.findings[0].param)
        move_bounty(change, BountyState.SCREENING)
    bounty.title = draft.title
    bounty.questions = [
        {"id": q.id, "text": q.text, "type": str(q.type), "choices": list(q.choices), "unit": q.unit}
        for q in draft.questions
    ]
    bounty.criteria = list(draft.criteria)
    bounty.findings = findings_of(screening)


def _as_draft(bounty: Bounty, given: Mapping[str, object]) -> Draft:
    """The bounty as a draft again, with the new words: what screening reads."""
    questions = (
        read_questions(given["questions"])
        if "questions" in given
        else tuple(
            Question(each["id"], each["text"], QuestionType(each["type"]), tuple(each["choices"]), each["unit"])
            for each in bounty.questions
        )
    )
    return Draft(
        title=drafts.read_title(given["title"]) if "title" in given else bounty.title,
        questions=questions,
        criteria=drafts.read_criteria(given["criteria"]) if "criteria" in given else tuple(bounty.criteria),
        place=Place(bounty.latitude_e7, bounty.longitude_e7, bounty.radius_m),
        opens_at=bounty.opens_at,
        closes_at=bounty.closes_at,
        reward_micros=Micros(bounty.reward_micros),
        blocked_reward_micros=Micros(bounty.blocked_reward_micros),
        slots=bounty.slots,
    )

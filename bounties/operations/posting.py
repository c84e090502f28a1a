"""Posting: a draft becomes a bounty, with its money held. And the question before: what does it cost, may it be?"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import ClassVar

from django.db import transaction

from bounties import events, postings, terms
from bounties.drafts import Draft
from bounties.models import Bounty, Slot
from bounties.operations.changing import Change
from bounties.operations.holding import hold_and_write
from bounties.operations.telling import tell_buyer
from bounties.screening import Outcome, Screening, screen
from bounties.states import BountyState
from market.accounts.models import Account
from market.errors import DomainError, Kind
from market.events.models import JSON
from market.events.operations import NewEvent
from market.ledger.operations import Spender
from market.ledger.policies import SlotPrice, price_of_bounty
from market.money import format_micros
from market.writing import Write, inserting, written
from verification.requirements import Question

MOST_IN_ONE_BATCH = 500
MOST_SLOTS_IN_ONE_BATCH = 10_000
_OF_A_QUESTION = tuple(each.name for each in fields(Question))


class AgentsOnly(DomainError):
    """A bounty was to be posted with an account that is no agent's."""

    code = "agents_only"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    fix = "Post with an agent's key."


class RefusedByScreening(DomainError):
    """`facts`: findings, each with rule, sentence and param."""

    code = "refused_by_screening"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    fix = "Ask for something that the rules on safety allow; the findings name what is in the way."


class BatchTooLarge(DomainError):
    """The batch has more bounties or slots than one call takes, or none."""

    code = "batch_too_large"
    fix = f"Send at most {MOST_IN_ONE_BATCH} bounties with {MOST_SLOTS_IN_ONE_BATCH} slots together in one call."


@dataclass(frozen=True, slots=True)
class Quote:
    """What posting this draft would do."""

    price: SlotPrice
    slots: int
    screening: Screening

    @property
    def total_micros(self) -> int:
        return price_of_bounty(self.price, slots=self.slots)


def quote(draft: Draft) -> Quote:
    price = terms.slot_price(reward_micros=draft.reward_micros, blocked_reward_micros=draft.blocked_reward_micros)
    return Quote(price, draft.slots, screen(draft))


def post(*, buyer: Account, draft: Draft, at: datetime, spender: Spender | None = None) -> Bounty:
    """Allowed: held and open. Doubtful: in screening, with nothing held. Refused: no bounty at all."""
    return post_all(buyer=buyer, drafts=[draft], at=at, spender=spender)[0]


def post_all(*, buyer: Account, drafts: Sequence[Draft], at: datetime, spender: Spender | None = None) -> list[Bounty]:
    """All of them or none; their money is held in one go."""
    posting = draw_up(buyer=buyer, drafts=drafts, at=at, spender=spender)
    posting.write()
    return posting.bounties


@dataclass(frozen=True)
class Posting:
    """New bounties as they will be, with nothing of them written yet."""

    buyer: Account
    bounties: list[Bounty]
    told: list[NewEvent]
    at: datetime
    spender: Spender | None

    def write(self, *beside: Write) -> None:
        """All there is of them, and what is written beside them: by one statement, or refused with nothing left."""
        on_offer = [bounty for bounty in self.bounties if bounty.state == BountyState.OPEN]
        slots = _slots_of(on_offer)
        hold_and_write(
            [postings.hold(bounty) for bounty in on_offer],
            [inserting(self.bounties), *([inserting(slots)] if slots else ()), *beside],
            told=self.told,
            buyer_id=self.buyer.id,
            mode=self.buyer.mode,
            at=self.at,
            spender=self.spender,
        )
        written(*self.bounties, *slots)


def draw_up(*, buyer: Account, drafts: Sequence[Draft], at: datetime, spender: Spender | None = None) -> Posting:
    """What posting these drafts will write, or what is wrong with them. Only their money is not asked for yet."""
    if buyer.kind != Account.Kind.AGENT:
        raise AgentsOnly("Only agents post bounties.")
    check_batch(drafts)
    bounties = [_new(buyer, draft, quote(draft), at=at, spender=spender) for draft in drafts]
    changes = [Change(bounty, at, raises_version=False) for bounty in bounties]
    for change in changes:
        tell_posted(change)
    return Posting(buyer, bounties, [event for change in changes for event in change.told], at, spender)


def try_post(*, buyer: Account, draft: Draft, at: datetime, spender: Spender | None = None) -> Bounty:
    """All that posting does, and then nothing of it: the bounty that there would be, or what would be refused."""
    with transaction.atomic():
        bounty = post(buyer=buyer, draft=draft, at=at, spender=spender)
        transaction.set_rollback(True)
    return bounty


def check_batch(drafts: Sequence[Draft]) -> None:
    slots = sum(draft.slots for draft in drafts)
    if not drafts or len(drafts) > MOST_IN_ONE_BATCH or slots > MOST_SLOTS_IN_ONE_BATCH:
        raise BatchTooLarge(f"These are {len(drafts)} bounties with {slots} slots.")


def make_slots(bounties: Sequence[Bounty]) -> None:
    if slots := _slots_of(bounties):
        inserting(slots).rows()
        written(*slots)


def _slots_of(bounties: Sequence[Bounty]) -> list[Slot]:
    return [
        Slot(bounty_id=bounty.id, mode=bounty.mode, number=number)
        for bounty in bounties
        for number in range(1, bounty.slots + 1)
    ]


def tell_posted(change: Change) -> None:
    bounty = change.bounty
    total = format_micros(postings.price_of(bounty).total_micros * bounty.slots)
    if bounty.state == BountyState.OPEN:
        tell_buyer(events.BOUNTY_OPENED, change, total=total)
    elif bounty.state == BountyState.UNFUNDED:
        tell_buyer(events.BOUNTY_UNFUNDED, change, total=total)
    else:
        rules: list[JSON] = [*sorted({finding["rule"] for finding in bounty.findings})]
        tell_buyer(events.BOUNTY_SCREENING, change, rules=rules)


def findings_of(screening: Screening) -> list[dict[str, str]]:
    return [
        {"rule": each.rule, "outcome": str(each.outcome), "sentence": each.sentence, "param": each.param}
        for each in screening.findings
    ]


def refuse_if_screened(screening: Screening) -> None:
    if screening.outcome is not Outcome.REFUSE:
        return
    worst = next(each for each in screening.findings if each.outcome is Outcome.REFUSE)
    raise RefusedByScreening(worst.sentence, param=worst.param, facts={"findings": findings_of(screening)})


def _new(buyer: Account, draft: Draft, quote: Quote, *, at: datetime, spender: Spender | None) -> Bounty:
    refuse_if_screened(quote.screening)
    now_open = quote.screening.outcome is Outcome.ALLOW
    return Bounty(
        buyer=buyer,
        mode=buyer.mode,
        state=BountyState.OPEN if now_open else BountyState.SCREENING,
        title=draft.title,
        questions=[{name: getattr(question, name) for name in _OF_A_QUESTION} for question in draft.questions],
        criteria=list(draft.criteria),
        latitude_e7=draft.place.latitude_e7,
        longitude_e7=draft.place.longitude_e7,
        radius_m=draft.place.radius_m,
        opens_at=draft.opens_at,
        closes_at=draft.closes_at,
        slots=draft.slots,
        free_slots=draft.slots if now_open else 0,
        unfinished_slots=draft.slots if now_open else 0,
        reward_micros=draft.reward_micros,
        blocked_reward_micros=draft.blocked_reward_micros,
        fee_micros=quote.price.fee_micros,
        fee_basis_points=quote.price.fee_basis_points,
        media=draft.proof.media,
        media_count=draft.proof.count,
        challenge=draft.proof.challenge,
        accuracy_m=draft.proof.accuracy_m,
        daylight=draft.proof.daylight,
        review=draft.review,
        review_hours=draft.review_hours,
        least_reputation=draft.least_reputation,
        distinct_scouts=draft.distinct_scouts,
        private_note=draft.private_note,
        metadata=dict(draft.metadata),
        findings=findings_of(quote.screening),
        posted_by=spender.key_id if spender else None,
        created_at=at,
        opened_at=buyer.time_of(at) if now_open else None,
        due_at=draft.closes_at,
    )

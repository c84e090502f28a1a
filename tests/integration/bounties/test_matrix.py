"""Every transition of every lifecycle, tried by everybody: who may make it makes it, all others change nothing.

Each case arranges a thing in the transition's source state and says how somebody tries. A stranger's try goes through
the same operation with the stranger's account; the clock's try is a sweep; the machine's is a verdict.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import models, transaction

from bounties import operations, states, sweeps
from bounties.models import Award, Bounty, Claim, Dispute, Report, Slot, Submission
from bounties.policies.disputes import Ruling
from bounties.verdicts import Verdict
from market.accounts.models import Account, Operator
from market.errors import DomainError
from market.ids import new_id
from market.ledger import rules
from market.ledger.operations import post
from tests.integration.bounties.story import (
    ACCEPTED,
    BLURRED,
    DOLLAR,
    DOUBTED,
    OPERATORS_REVIEW,
    REJECTED,
    REVIEW,
    TEST,
    Story,
)

ACTORS = ("buyer", "other_buyer", "scout", "other_scout", "operator", "clock", "machine")
DOUBTFUL = "Is anybody at home?"

Arrange = Callable[[Story], models.Model]
Try = Callable[[Story, Any, str], object]


@dataclass(frozen=True)
class Case:
    thing: str
    source: str
    target: str
    by: tuple[str, ...]
    arrange: Arrange
    attempt: Try

    def __str__(self) -> str:
        return f"{self.thing}-{self.source}-{self.target}-by-{'-'.join(self.by)}"


# --- who tries ---


def account(story: Story, who: str) -> Account:
    """The account that somebody acts with; who has none tries with one that is no side of anything."""
    if who in ("buyer", "other_buyer", "scout", "other_scout"):
        found: Account = getattr(story, who)
        return found
    return Account.objects.create(kind="agent", mode="test")


def staff(story: Story, who: str) -> Operator:
    return story.operator if who == "operator" else Operator(user_id=new_id())


def as_clock(try_: Try) -> Try:
    """The same try; for the clock, a sweep at this moment: nothing is due."""
    return lambda story, thing, who: sweeps.sweep_everything(at=story.at) if who == "clock" else try_(story, thing, who)


def time_passes(**length: float) -> Try:
    """For the clock, a sweep after so long. Nobody else can make time pass: theirs is a sweep now."""
    return lambda story, thing, who: sweeps.sweep_everything(
        at=story.at + (timedelta(**length) if who == "clock" else timedelta())
    )


def verdict(found: Verdict, of: Callable[[Any], Submission] = lambda thing: thing) -> Try:
    """Only verification records verdicts; the others try to accept."""

    def try_(story: Story, thing: Any, who: str) -> object:
        if who == "machine":
            return story.judge(of(thing), found)
        if who == "operator":
            return operations.accept_as_operator(
                operator=story.operator, submission_id=of(thing).id, reason="x", at=story.at
            )
        return operations.accept(buyer=account(story, who), submission_id=of(thing).id, at=story.at)

    return as_clock(try_)


def last(model: type[models.Model]) -> Callable[[Any], Any]:
    return lambda _: model._default_manager.latest("id")


# --- how it is tried ---


@as_clock
def cancel(story: Story, bounty: Bounty, who: str) -> object:
    return operations.cancel(buyer=account(story, who), bounty_id=bounty.id, at=story.at)


@as_clock
def cancel_its_bounty(story: Story, slot: Slot, who: str) -> object:
    return operations.cancel(buyer=account(story, who), bounty_id=slot.bounty_id, at=story.at)


@as_clock
def allow(story: Story, bounty: Bounty, who: str) -> object:
    return operations.allow(operator=staff(story, who), bounty_id=bounty.id, reason="x", at=story.at)


@as_clock
def refuse(story: Story, bounty: Bounty, who: str) -> object:
    return operations.refuse(operator=staff(story, who), bounty_id=bounty.id, reason="x", at=story.at)


@as_clock
def fund(story: Story, bounty: Bounty, who: str) -> object:
    return operations.fund(buyer=account(story, who), bounty_id=bounty.id, at=story.at)


@as_clock
def reword(story: Story, bounty: Bounty, who: str) -> object:
    changes = {"title": "Read the license plate"}
    return operations.edit(buyer=account(story, who), bounty_id=bounty.id, changes=changes, at=story.at)


@as_clock
def claim_it(story: Story, slot: Slot, who: str) -> object:
    return story.claim(slot.bounty, account(story, who))


def release(of: Callable[[Any], Claim] = lambda thing: thing) -> Try:
    return as_clock(
        lambda story, thing, who: operations.release(scout=account(story, who), claim_id=of(thing).id, at=story.at)
    )


def hand_in(of: Callable[[Any], Claim] = lambda thing: thing) -> Try:
    def try_(story: Story, thing: Any, who: str) -> object:
        claim = of(thing)
        answers = [{"question_id": "q1", "value": "Yes."}]
        said = operations.HandIn(new_id(), claim.claimed_at, answers)
        return operations.submit(scout=account(story, who), claim_id=claim.id, hand_in=said, at=story.at)

    return as_clock(try_)


def accept(of: Callable[[Any], Submission] = lambda thing: thing) -> Try:
    return as_clock(
        lambda story, thing, who: operations.accept(buyer=account(story, who), submission_id=of(thing).id, at=story.at)
    )


@as_clock
def reject(story: Story, submission: Submission, who: str) -> object:
    return operations.reject(
        buyer=account(story, who), submission_id=submission.id, ground_code="wrong_place", at=story.at
    )


@as_clock
def accept_as_staff(story: Story, submission: Submission, who: str) -> object:
    return operations.accept_as_operator(
        operator=staff(story, who), submission_id=submission.id, reason="x", at=story.at
    )


@as_clock
def reject_as_staff(story: Story, submission: Submission, who: str) -> object:
    return operations.reject_as_operator(
        operator=staff(story, who), submission_id=submission.id, ground_code="not_genuine", reason="x", at=story.at
    )


def rule(ruling: Ruling) -> Try:
    def try_(story: Story, thing: Any, who: str) -> object:
        contested = Dispute.objects.latest("id")
        return operations.rule(
            operator=staff(story, who), dispute_id=contested.id, ruling=ruling, reason="x", at=story.at
        )

    return as_clock(try_)


@as_clock
def dispute(story: Story, award: Award, who: str) -> object:
    return operations.dispute(
        buyer=account(story, who), submission_id=award.submission_id, ground_code="not_genuine", at=story.at
    )


@as_clock
def withdraw(story: Story, thing: Any, who: str) -> object:
    return operations.withdraw(account=account(story, who), dispute_id=Dispute.objects.latest("id").id, at=story.at)


@as_clock
def keep(story: Story, report: Report, who: str) -> object:
    return operations.keep(operator=staff(story, who), bounty_id=report.bounty_id, reason="x", at=story.at)


@as_clock
def take_off(story: Story, report: Report, who: str) -> object:
    return operations.take_off(operator=staff(story, who), bounty_id=report.bounty_id, reason="x", at=story.at)


@as_clock
def answer(story: Story, contested: Dispute, who: str) -> object:
    return operations.answer(account=account(story, who), dispute_id=contested.id, text="x", at=story.at)


# --- what is there to begin with ---


def unfunded(story: Story) -> Bounty:
    story.buyer = story.new_buyer(dollars=0)
    bounty = operations.allow(operator=story.operator, bounty_id=story.post(title=DOUBTFUL).id, reason="x", at=story.at)
    grant = rules.faucet(book=TEST, agent_id=story.buyer.id, grant_id=new_id(), amount_micros=5 * DOLLAR)
    post([grant], at=story.at)
    return bounty


def poor_screening(story: Story) -> Bounty:
    story.buyer = story.new_buyer(dollars=0)
    return story.post(title=DOUBTFUL)


def posted(story: Story) -> None:
    story.post()


def claimed(story: Story) -> Claim:
    return story.claim(story.post())


def open_and_claimed(story: Story) -> Bounty:
    return claimed(story).bounty


def closing(story: Story) -> Bounty:
    claim = claimed(story)
    return operations.cancel(buyer=story.buyer, bounty_id=claim.bounty_id, at=story.at)


def closing_and_submitted(story: Story) -> Bounty:
    submission = submitted(story)
    return operations.cancel(buyer=story.buyer, bounty_id=submission.bounty_id, at=story.at)


def waiting_for_uploads(story: Story) -> Bounty:
    bounty = open_and_claimed(story)
    story.wait(hours=6)
    return bounty


def slot(before: Callable[[Story], Any]) -> Arrange:
    return lambda story: Slot.objects.get(bounty_id=getattr(before(story), "bounty_id", None) or last(Bounty)(0).id)


def claim_of(before: Callable[[Story], Submission]) -> Arrange:
    return lambda story: before(story).claim


def expired(story: Story) -> Claim:
    claim = claimed(story)
    story.wait(minutes=30)
    return claim


def submitted(story: Story) -> Submission:
    return story.submit(claimed(story))


def judged(found: Verdict) -> Callable[[Story], Submission]:
    return lambda story: story.handed_in(story.post(), found)


def live_beside_offline(story: Story) -> Claim:
    """Somebody has the slot's live claim when the first scout's offline capture comes in."""
    first = expired(story)
    second = story.claim(first.bounty, story.new_scout())
    story.submit(first, captured_at=first.claimed_at)
    return second


def beside_another(found: Verdict | None) -> Callable[[Story], Submission]:
    """Two captures for one slot; the one that is answered here is somebody else's, the last one is in review."""

    def arrange(story: Story) -> Submission:
        first = expired(story)
        other = story.submit(story.claim(first.bounty, story.new_scout()))
        if found is not None:
            other = story.judge(other, found)
        story.judge(story.submit(first, captured_at=first.claimed_at), REVIEW)
        return other

    return arrange


def doubted(story: Story) -> Submission:
    """Our staff said nothing, and now it is the buyer's turn."""
    submission = judged(DOUBTED)(story)
    story.wait(hours=24)
    return submission


def appealed(found: Verdict) -> Callable[[Story], Submission]:
    def arrange(story: Story) -> Submission:
        submission = judged(found)(story)
        operations.appeal(scout=story.scout, submission_id=submission.id, ground_code="other", at=story.at)
        return submission

    return arrange


def appealed_too_late(story: Story) -> Submission:
    submission = appealed(REJECTED)(story)
    story.handed_in(submission.bounty, ACCEPTED, story.new_scout())
    return submission


def set_aside(story: Story, *, days: int) -> Submission:
    bounty = story.post(window={"closes_at": (story.at + timedelta(days=days)).isoformat()})
    claim = story.claim(bounty)
    story.wait(days=2)
    submission = story.submit(claim)
    operations.appeal(scout=story.scout, submission_id=submission.id, ground_code="was_in_time", at=story.at)
    return submission


def disputed(story: Story) -> Submission:
    submission = judged(ACCEPTED)(story)
    operations.dispute(buyer=story.buyer, submission_id=submission.id, ground_code="not_genuine", at=story.at)
    return submission


def award_of(before: Callable[[Story], Submission]) -> Arrange:
    return lambda story: Award.objects.get(submission=before(story))


def dispute_of(before: Callable[[Story], Submission], *, answered: bool = False) -> Arrange:
    def arrange(story: Story) -> Dispute:
        contested = Dispute.objects.get(submission=before(story))
        if answered:
            operations.answer(account=story.buyer, dispute_id=contested.id, text="x", at=story.at)
        return contested

    return arrange


def the_offline_one(_: Any) -> Submission:
    return Submission.objects.latest("id")


def reported(story: Story) -> Report:
    return operations.report(scout=story.scout, bounty_id=story.post().id, ground_code="dangerous", at=story.at)


BUYER, SCOUT, OPERATOR, CLOCK, MACHINE = (("buyer",), ("scout",), ("operator",), ("clock",), ("machine",))

APPEALED_AND_ANSWERED = dispute_of(appealed(REJECTED), answered=True)

CASES = [
    Case("bounty", "screening", "unfunded", OPERATOR, poor_screening, allow),
    Case("bounty", "screening", "refused", OPERATOR, lambda story: story.post(title=DOUBTFUL), refuse),
    Case("bounty", "screening", "cancelled", BUYER, lambda story: story.post(title=DOUBTFUL), cancel),
    Case("bounty", "screening", "expired", CLOCK, lambda story: story.post(title=DOUBTFUL), time_passes(hours=6)),
    Case("bounty", "unfunded", "open", BUYER, unfunded, fund),
    Case("bounty", "unfunded", "screening", BUYER, unfunded, reword),
    Case("bounty", "unfunded", "cancelled", BUYER, unfunded, cancel),
    Case("bounty", "unfunded", "expired", CLOCK, unfunded, time_passes(hours=6)),
    Case("bounty", "open", "closing", BUYER, open_and_claimed, cancel),
    Case("bounty", "open", "closing", CLOCK, open_and_claimed, time_passes(hours=6)),
    Case("bounty", "open", "completed", MACHINE, lambda s: submitted(s).bounty, verdict(ACCEPTED, last(Submission))),
    Case("bounty", "closing", "completed", MACHINE, closing_and_submitted, verdict(ACCEPTED, last(Submission))),
    Case("bounty", "closing", "cancelled", SCOUT, closing, release(last(Claim))),
    Case("bounty", "closing", "expired", CLOCK, waiting_for_uploads, time_passes(hours=25)),
    Case("slot", "open", "claimed", ("scout", "other_scout"), slot(posted), claim_it),
    Case("slot", "open", "judging", SCOUT, slot(expired), hand_in(last(Claim))),
    Case("slot", "open", "filled", OPERATOR, slot(appealed(REJECTED)), rule(Ruling.FOR_SCOUT)),
    Case("slot", "open", "returned", BUYER, slot(posted), cancel_its_bounty),
    Case("slot", "claimed", "open", SCOUT, slot(claimed), release(last(Claim))),
    Case("slot", "claimed", "open", CLOCK, slot(claimed), time_passes(minutes=30)),
    Case("slot", "claimed", "judging", SCOUT, slot(claimed), hand_in(last(Claim))),
    Case("slot", "claimed", "filled", MACHINE, slot(live_beside_offline), verdict(ACCEPTED, last(Submission))),
    Case("slot", "judging", "open", MACHINE, slot(submitted), verdict(REJECTED, last(Submission))),
    Case("slot", "judging", "claimed", MACHINE, slot(submitted), verdict(BLURRED, last(Submission))),
    Case("slot", "judging", "filled", BUYER, slot(judged(REVIEW)), accept(last(Submission))),
    Case("claim", "live", "submitted", SCOUT, claimed, hand_in()),
    Case("claim", "live", "released", SCOUT, claimed, release()),
    Case("claim", "live", "expired", CLOCK, claimed, time_passes(minutes=30)),
    Case("claim", "live", "ended", MACHINE, live_beside_offline, verdict(ACCEPTED, last(Submission))),
    Case("claim", "submitted", "live", MACHINE, claim_of(submitted), verdict(BLURRED, last(Submission))),
    Case("claim", "submitted", "fulfilled", BUYER, claim_of(judged(REVIEW)), accept(last(Submission))),
    Case("claim", "submitted", "failed", MACHINE, claim_of(submitted), verdict(REJECTED, last(Submission))),
    Case("claim", "expired", "submitted", SCOUT, expired, hand_in()),
    Case("submission", "verifying", "accepted", MACHINE, submitted, verdict(ACCEPTED)),
    Case("submission", "verifying", "rejected", MACHINE, submitted, verdict(REJECTED)),
    Case("submission", "verifying", "in_review", MACHINE, submitted, verdict(REVIEW)),
    Case("submission", "verifying", "set_aside", BUYER, beside_another(None), accept(the_offline_one)),
    Case("submission", "in_review", "accepted", BUYER, judged(REVIEW), accept()),
    Case("submission", "in_review", "accepted", OPERATOR, judged(OPERATORS_REVIEW), accept_as_staff),
    Case("submission", "in_review", "accepted", CLOCK, judged(REVIEW), time_passes(hours=24)),
    Case("submission", "in_review", "rejected", BUYER, judged(REVIEW), reject),
    Case("submission", "in_review", "rejected", CLOCK, doubted, time_passes(hours=24)),
    Case("submission", "in_review", "rejected", OPERATOR, judged(OPERATORS_REVIEW), reject_as_staff),
    Case("submission", "in_review", "set_aside", BUYER, beside_another(REVIEW), accept(the_offline_one)),
    Case("submission", "rejected", "accepted", OPERATOR, appealed(REJECTED), rule(Ruling.FOR_SCOUT)),
    Case("submission", "rejected", "compensated", OPERATOR, appealed_too_late, rule(Ruling.FOR_SCOUT)),
    Case("submission", "set_aside", "accepted", OPERATOR, lambda s: set_aside(s, days=3), rule(Ruling.FOR_SCOUT)),
    Case("submission", "set_aside", "compensated", OPERATOR, lambda s: set_aside(s, days=1), rule(Ruling.FOR_SCOUT)),
    Case("submission", "accepted", "rejected", OPERATOR, disputed, rule(Ruling.FOR_BUYER)),
    Case("award", "pending", "contested", BUYER, award_of(judged(ACCEPTED)), dispute),
    Case("award", "pending", "settled", CLOCK, award_of(judged(ACCEPTED)), time_passes(hours=24)),
    Case("award", "contested", "pending", BUYER, award_of(disputed), withdraw),
    Case("award", "contested", "settled", OPERATOR, award_of(disputed), rule(Ruling.FOR_SCOUT)),
    Case("award", "contested", "settled", CLOCK, award_of(disputed), time_passes(days=7)),
    Case("award", "contested", "reversed", OPERATOR, award_of(disputed), rule(Ruling.FOR_BUYER)),
    Case("dispute", "open", "answered", BUYER, dispute_of(appealed(REJECTED)), answer),
    Case("dispute", "open", "ruled", OPERATOR, dispute_of(appealed(REJECTED)), rule(Ruling.FOR_BUYER)),
    Case("dispute", "open", "ruled", CLOCK, dispute_of(appealed(REJECTED)), time_passes(days=7)),
    Case("dispute", "open", "withdrawn", SCOUT, dispute_of(appealed(REJECTED)), withdraw),
    Case("dispute", "answered", "ruled", OPERATOR, APPEALED_AND_ANSWERED, rule(Ruling.FOR_BUYER)),
    Case("dispute", "answered", "withdrawn", SCOUT, APPEALED_AND_ANSWERED, withdraw),
    Case("report", "open", "dismissed", OPERATOR, reported, keep),
    Case("report", "open", "upheld", OPERATOR, reported, take_off),
]  # fmt: skip


def test_every_transition_of_every_lifecycle_has_a_case() -> None:
    drawn = {
        (lifecycle.name, str(source), str(target))
        for lifecycle in states.LIFECYCLES
        for source, target, _ in lifecycle.transitions()
    }
    assert {(case.thing, case.source, case.target) for case in CASES} == drawn


def tried(case: Case, story: Story, thing: models.Model, who: str) -> str:
    """The state that one actor's try leads to; then the try is taken back."""
    with transaction.atomic():
        with suppress(DomainError):
            case.attempt(story, thing, who)
        became = str(type(thing)._default_manager.get(pk=thing.pk).state)  # type: ignore[attr-defined]
        transaction.set_rollback(True)
    return became


@pytest.mark.parametrize("case", CASES, ids=str)
def test_only_who_may_make_a_transition_makes_it(story: Story, case: Case) -> None:
    thing = case.arrange(story)
    thing.refresh_from_db()
    assert thing.state == case.source  # type: ignore[attr-defined]
    became = {who: tried(case, story, thing, who) for who in ACTORS}
    assert became == {who: case.target if who in case.by else case.source for who in ACTORS}
    # What was taken back has left nothing; now for good.
    case.attempt(story, type(thing)._default_manager.get(pk=thing.pk), case.by[0])
    thing.refresh_from_db()
    assert thing.state == case.target  # type: ignore[attr-defined]

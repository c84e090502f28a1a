"""Contesting a decision: the scout's appeal, the buyer's dispute, and what both sides write. Ruling is elsewhere."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.db import IntegrityError, transaction

from bounties import events
from bounties.models import Award, Dispute, DisputeMessage, Submission
from bounties.operations.changing import Change, record
from bounties.operations.locking import NoSuchDispute, lock_dispute, lock_submission, require_operator
from bounties.operations.telling import tell_of_dispute
from bounties.policies.disputes import ANSWER_WITHIN, MESSAGES_PER_SIDE, RULE_WITHIN, DecidedBy, Side
from bounties.policies.grounds import BUYERS_DISPUTE, SCOUTS_APPEAL, ground
from bounties.states import AWARD, DISPUTE, DISPUTE_RUNS, AwardState, DisputeState, SubmissionState
from bounties.text import plain
from market.accounts.models import Account, Operator
from market.errors import DomainError, Kind
from market.transitions import WrongState


class AlreadyContested(DomainError):
    """This decision was contested before."""

    code = "already_contested"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix = "A decision is contested once. Add what you have to say to the dispute, while it runs."


class TooLateToContest(DomainError):
    """The time in which the decision could be contested is over."""

    code = "too_late_to_contest"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix = "The time for it is over; the decision stands."


class DecisionIsFinal(DomainError):
    """A person of ours has ruled, and nothing comes after that."""

    code = "decision_is_final"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix = "A person of ours has ruled on it; the decision stands."


class AlreadyPaid(DomainError):
    """The claim was paid for another try."""

    code = "already_paid"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix = "Another try of the same claim was accepted: a claim is paid once."


class TooManyMessages(DomainError):
    """One side has written as many messages as a dispute takes."""

    code = "too_many_messages"
    kind: ClassVar[Kind] = Kind.LIMITED
    fix = f"Each side writes at most {MESSAGES_PER_SIDE} messages: wait for the ruling."


@transaction.atomic
def appeal(*, scout: Account, submission_id: UUID, ground_code: str, note: str = "", at: datetime) -> Dispute:
    """The scout wants a person to look at a rejection, or at what was set aside. Once."""
    change, submission = lock_submission(submission_id, at=at, scout=scout)
    if submission.state not in (SubmissionState.REJECTED, SubmissionState.SET_ASIDE):
        raise WrongState(f"This submission is {submission.state}: there is nothing to appeal against.")
    if submission.decided_by == DecidedBy.RULING:
        raise DecisionIsFinal("This was ruled on already.")
    if Award.objects.filter(submission__claim=submission.claim_id).exists():
        raise AlreadyPaid("This claim was paid already.")
    if submission.appeal_by is None or change.now > submission.appeal_by:
        raise TooLateToContest("The time for an appeal is over.")
    return _open(change, submission, Side.SCOUT, ground(ground_code, SCOUTS_APPEAL).code, note)


@transaction.atomic
def dispute(*, buyer: Account, submission_id: UUID, ground_code: str, note: str = "", at: datetime) -> Dispute:
    """The buyer contests what was accepted, while its money is pending. Once."""
    change, submission = lock_submission(submission_id, at=at, buyer=buyer)
    if submission.state != SubmissionState.ACCEPTED:
        raise WrongState(f"This result is {submission.state}: there is nothing to dispute.")
    if submission.decided_by == DecidedBy.RULING:
        raise DecisionIsFinal("This was ruled on already.")
    chosen = ground(ground_code, BUYERS_DISPUTE)
    award = Award.objects.filter(submission=submission)
    if not AWARD.move(award.filter(settles_at__gt=change.now), source=AwardState.PENDING, to=AwardState.CONTESTED):
        if award.filter(state=AwardState.CONTESTED).exists():
            raise AlreadyContested("This result is disputed already.")
        raise TooLateToContest("The dispute window of this result is closed.")
    return _open(change, submission, Side.BUYER, chosen.code, note)


@transaction.atomic
def answer(*, account: Account, dispute_id: UUID, text: str, at: datetime) -> Dispute:
    """The other side's answer. From then on a ruling need not wait."""
    return _answer(account, *lock_dispute(dispute_id, at=at), text)


def _answer(account: Account, change: Change, submission: Submission, found: Dispute, text: str) -> Dispute:
    side = _side_of(account, change, submission)
    if found.opened_by == side:
        raise WrongState("The other side answers; what you have to add is a message.")
    if not DISPUTE.move(Dispute.objects.filter(pk=found.pk), source=DisputeState.OPEN, to=DisputeState.ANSWERED):
        raise WrongState(f"This dispute is {found.state}: it waits for no answer.")
    found.state = DisputeState.ANSWERED
    _write(change, submission, found, DisputeMessage.Author(side), text)
    return found


@transaction.atomic
def message(*, account: Account, dispute_id: UUID, text: str, at: datetime) -> Dispute:
    """Something more from either side, while the dispute runs."""
    return _message(account, *lock_dispute(dispute_id, at=at), text)


def _message(account: Account, change: Change, submission: Submission, found: Dispute, text: str) -> Dispute:
    side = _side_of(account, change, submission)
    _require_running(found)
    if DisputeMessage.objects.filter(dispute=found, author=side).count() >= MESSAGES_PER_SIDE:
        raise TooManyMessages(f"You have written {MESSAGES_PER_SIDE} messages.")
    _write(change, submission, found, DisputeMessage.Author(side), text)
    return found


@transaction.atomic
def write(*, account: Account, dispute_id: UUID, text: str, at: datetime) -> Dispute:
    """The answer, where this side is waited for; else something more."""
    change, submission, found = lock_dispute(dispute_id, at=at)
    waited_for = found.state == DisputeState.OPEN and found.opened_by != _side_of(account, change, submission)
    return (_answer if waited_for else _message)(account, change, submission, found, text)


@transaction.atomic
def message_as_operator(*, operator: Operator, dispute_id: UUID, text: str, at: datetime) -> Dispute:
    """A question or a word of ours to both sides."""
    require_operator(operator)
    change, submission, found = lock_dispute(dispute_id, at=at)
    _require_running(found)
    _write(change, submission, found, DisputeMessage.Author.OPERATOR, text, operator=operator)
    return found


@transaction.atomic
def withdraw(*, account: Account, dispute_id: UUID, at: datetime) -> Dispute:
    """Whoever opened it takes it back, and the decision stands. Taken back again, nothing changes."""
    change, submission, found = lock_dispute(dispute_id, at=at)
    if found.opened_by != _side_of(account, change, submission):
        raise WrongState("Only the side that opened it can take it back.")
    if found.state == DisputeState.WITHDRAWN:
        return found
    version = found.version + 1
    rows = Dispute.objects.filter(pk=found.pk)
    if not DISPUTE.move(rows, source=DISPUTE_RUNS, to=DisputeState.WITHDRAWN, version=version):
        raise WrongState(f"This dispute is {found.state}.")
    found.state, found.version = DisputeState.WITHDRAWN, version
    if found.opened_by == Side.BUYER:
        # The window that was open when it was disputed closes when it would have: the sweep settles it.
        AWARD.move(Award.objects.filter(submission=submission), source=AwardState.CONTESTED, to=AwardState.PENDING)
    tell_of_dispute(events.DISPUTE_WITHDRAWN, change, submission, found)
    record(change)
    return found


def _open(change: Change, submission: Submission, side: Side, ground_code: str, note: str) -> Dispute:
    now = change.now
    try:
        with transaction.atomic():
            opened = Dispute.objects.create(
                bounty=change.bounty,
                submission=submission,
                mode=submission.mode,
                opened_by=side,
                ground=ground_code,
                opened_at=now,
                answer_by=now + ANSWER_WITHIN,
                rule_by=now + RULE_WITHIN,
            )
    except IntegrityError as error:
        if "dispute_one_" not in str(error):
            raise
        raise AlreadyContested("This decision was contested before.") from error
    if note:
        _add(change, opened, DisputeMessage.Author(side), note, param="/note")
    tell_of_dispute(
        events.DISPUTE_OPENED,
        change,
        submission,
        opened,
        ground=ground_code,
        answer_by=events.moment(opened.answer_by),
        rule_by=events.moment(opened.rule_by),
    )
    record(change)
    return opened


def _write(
    change: Change,
    submission: Submission,
    found: Dispute,
    author: DisputeMessage.Author,
    text: str,
    *,
    operator: Operator | None = None,
) -> None:
    _add(change, found, author, text, param="/text", operator=operator)
    found.version += 1
    found.save(update_fields=["version"])
    tell_of_dispute(events.DISPUTE_MESSAGE, change, submission, found, author=str(author))
    record(change)


def _add(
    change: Change,
    found: Dispute,
    author: DisputeMessage.Author,
    text: str,
    *,
    param: str,
    operator: Operator | None = None,
) -> None:
    DisputeMessage.objects.create(
        dispute=found,
        author=author,
        operator_id=operator.pk if operator else None,
        text=plain(text, param=param, most=2_000, lines=True),
        written_at=change.now,
    )


def _side_of(account: Account, change: Change, submission: Submission) -> Side:
    if account.id == change.bounty.buyer_id:
        return Side.BUYER
    if account.id == submission.scout_id:
        return Side.SCOUT
    raise NoSuchDispute("There is no such dispute.")


def _require_running(found: Dispute) -> None:
    if found.state not in DISPUTE_RUNS:
        raise WrongState(f"This dispute is {found.state}: nothing can be added.")

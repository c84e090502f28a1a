"""Many bounties in one call: all of them or none, or as many as can be, each with its answer.

The money of all that are posted is held in one go. What a batch costs does not grow with what is refused in it.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from django.db import transaction

from bounties.drafts import Draft
from bounties.models import Bounty
from bounties.operations.posting import check_batch, post_all, quote, refuse_if_screened
from bounties.screening import Outcome, screen
from market.accounts.models import Account
from market.errors import DomainError
from market.ledger.operations import InsufficientFunds, Spender, SpendingLimitReached
from market.money import format_micros
from market.payments.seasoning import StillSeasoning, refusal


class Strategy(StrEnum):
    ALL_OR_NOTHING = "all_or_nothing"
    BEST_EFFORT = "best_effort"


class BatchRefused(DomainError):
    """Something in a batch of all or nothing is refused, so nothing was posted. `facts`: refusals, each with index,
    code, detail, param and fix, and with nearest where a name is misspelt.
    """

    code = "batch_refused"
    fix = "Mend or leave out what `facts.refusals` lists, or send the batch as best_effort."


@transaction.atomic
def post_batch(
    *,
    buyer: Account,
    wishes: Sequence[Draft | DomainError],
    strategy: Strategy,
    at: datetime,
    spender: Spender | None = None,
) -> list[Bounty | DomainError]:
    """A wish that could not be read comes as its refusal, and keeps its place among the answers.

    What is refused is named by its place in the list, such as `/bounties/3/reward`.
    """
    answers = [each if isinstance(each, DomainError) else _screened(each) for each in wishes]
    _name_places(answers)
    allowed = [each for each in answers if not isinstance(each, DomainError)]
    if strategy is Strategy.BEST_EFFORT:
        posted = iter(post_each(buyer=buyer, drafts=allowed, at=at, spender=spender) if allowed else [])
    else:
        _refuse_all(answers)
        posted = iter(post_all(buyer=buyer, drafts=allowed, at=at, spender=spender))
    told = [each if isinstance(each, DomainError) else next(posted) for each in answers]
    _name_places(told)
    return told


@transaction.atomic
def post_each(
    *, buyer: Account, drafts: Sequence[Draft], at: datetime, spender: Spender | None = None
) -> list[Bounty | DomainError]:
    """As many as can be, in their order; one hold for them all. Its sum counts as one call against the key's caps."""
    check_batch(drafts)
    answers: dict[int, Bounty | DomainError] = {}
    for number, draft in enumerate(drafts):
        screened = _screened(draft)
        if isinstance(screened, DomainError):
            answers[number] = screened
    while wanted := {number: draft for number, draft in enumerate(drafts) if number not in answers}:
        try:
            posted = post_all(buyer=buyer, drafts=list(wanted.values()), at=at, spender=spender)
        except (InsufficientFunds, SpendingLimitReached, StillSeasoning) as error:
            # Each limit is met once, and leaves out at least one: their sum was too much for it.
            answers |= _too_dear(wanted, error)
        else:
            answers |= zip(wanted, posted, strict=True)
    return [answers[number] for number in range(len(drafts))]


def _screened(draft: Draft) -> Draft | DomainError:
    try:
        refuse_if_screened(screen(draft))
    except DomainError as error:
        return error
    return draft


def _name_places(answers: Sequence[object]) -> None:
    for index, each in enumerate(answers):
        place = f"/bounties/{index}"
        if isinstance(each, DomainError) and not (each.param or "").startswith("/bounties/"):
            each.param = place + (each.param or "").rstrip("/")
            for finding in each.facts.get("findings", ()):
                finding["param"] = place + finding["param"]


def _refuse_all(answers: Sequence[Draft | DomainError]) -> None:
    refusals = [(index, each) for index, each in enumerate(answers) if isinstance(each, DomainError)]
    if refusals:
        told = [
            {"index": index, "code": each.code, "detail": each.message, "param": each.param, "fix": each.fix}
            | {name: value for name, value in each.facts.items() if name == "nearest"}
            for index, each in refusals
        ]
        raise BatchRefused(
            f"{len(refusals)} of {len(answers)} are refused, so none was posted.",
            param=refusals[0][1].param,
            facts={"refusals": told},
        )


def _too_dear(
    wanted: dict[int, Draft], error: InsufficientFunds | SpendingLimitReached | StillSeasoning
) -> dict[int, DomainError]:
    """Those that what is left does not reach for, when the ones before them are taken out of it."""
    left, refused = _left(error), dict[int, DomainError]()
    for number, draft in wanted.items():
        cost = _held_at_once(draft)
        if cost <= left:
            left -= cost
        else:
            refused[number] = _refused_with(error, cost=cost, left=left)
    return refused


def _left(error: InsufficientFunds | SpendingLimitReached | StillSeasoning) -> int:
    facts = error.facts
    match error:
        case SpendingLimitReached():
            left = facts["limit_micros"] - facts["spent_micros"]
        case StillSeasoning():
            left = facts["free_micros"]
        case _:
            left = facts["available_micros"]
    return int(left)


def _refused_with(
    error: InsufficientFunds | SpendingLimitReached | StillSeasoning, *, cost: int, left: int
) -> DomainError:
    """What the call of this one alone would have been told."""
    if isinstance(error, StillSeasoning):
        assert error.retry_at is not None
        return refusal(asked_micros=cost, free_micros=left, until=error.retry_at)
    sentence = f"This needs {format_micros(cost)}, and {format_micros(left)} is left for it."
    own = (
        {"asked_micros": cost}
        if isinstance(error, SpendingLimitReached)
        else {"needed_micros": cost, "missing_micros": cost - left}
    )
    return type(error)(sentence, retry_at=error.retry_at, facts={**error.facts, **own})


def _held_at_once(draft: Draft) -> int:
    told = quote(draft)
    return told.total_micros if told.screening.outcome is Outcome.ALLOW else 0

"""Moving money for bounties of one buyer, and the last questions about what is set aside for them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from market.accounts.models import Mode
from market.events.operations import NewEvent, appended, appending
from market.ledger.operations import Movement, Spender, explained, post, taken_from_agents
from market.ledger.postings import NewEntry
from market.payments.spending import check_spendable
from market.writing import ALWAYS, Write, write


def move_money(
    entries: Sequence[NewEntry], *, buyer_id: UUID, mode: str, at: datetime, spender: Spender | None = None
) -> None:
    """Call it in the operation's transaction: a hold that is refused is taken back with everything else."""
    post(entries, at=at, spender=spender)
    taken = taken_from_agents(entries)
    if taken > 0:
        check_spendable(agent_id=buyer_id, mode=mode, taken_micros=taken, at=at)


def hold_and_write(
    holds: Sequence[NewEntry],
    writes: Sequence[Write],
    *,
    told: Sequence[NewEvent],
    buyer_id: UUID,
    mode: str,
    at: datetime,
    spender: Spender | None,
) -> None:
    """What is new, the money for it and what is told of it, by one statement. Without the money there is nothing of it.

    Only for money in earnest something is asked after it is taken, and a transaction is needed that takes it back.
    """
    if not holds or mode != Mode.LIVE:
        _hold_and_write(holds, writes, told=told, at=at, spender=spender)
        return
    with transaction.atomic():
        _hold_and_write(holds, writes, told=told, at=at, spender=spender)
        check_spendable(agent_id=buyer_id, mode=mode, taken_micros=taken_from_agents(holds), at=at)


def _hold_and_write(
    holds: Sequence[NewEntry],
    writes: Sequence[Write],
    *,
    told: Sequence[NewEvent],
    at: datetime,
    spender: Spender | None,
) -> None:
    movement = Movement(holds, at, spender) if holds else None
    try:
        rows = write(writes, answering=appending(told), decision=movement.decision if movement else ALWAYS)
    except IntegrityError as error:
        raise explained(error) from error.__cause__
    if movement:
        _, outcome, facts, *_ = rows[0]
        movement.check(outcome, facts)
    appended(told, [(account_id, is_followed) for *_, account_id, is_followed in rows])

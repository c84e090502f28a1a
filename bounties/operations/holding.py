"""Moving money for bounties of one buyer, and the last questions about what is set aside for them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from market.ledger.operations import Spender, post, taken_from_agents
from market.ledger.postings import NewEntry
from market.payments.spending import check_spendable


def move_money(
    entries: Sequence[NewEntry], *, buyer_id: UUID, mode: str, at: datetime, spender: Spender | None = None
) -> None:
    """Call it in the operation's transaction: a hold that is refused is taken back with everything else."""
    post(entries, at=at, spender=spender)
    taken = taken_from_agents(entries)
    if taken > 0:
        check_spendable(agent_id=buyer_id, mode=mode, taken_micros=taken, at=at)

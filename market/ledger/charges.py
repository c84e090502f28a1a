"""Rules for charges that a card's holder contests: who bears what the bank took from us meanwhile. Pure.

`transaction` is Stripe's id of the movement that it was, so that one of them is one entry. What the agent gave and what
it owes are told apart by the caller, who knows what is available.
"""

from uuid import UUID

from market.ledger.postings import AccountKind, AccountRef, Book, EntryKind, NewEntry, entry, require_amount
from market.ledger.rules import agent_available
from market.money import to_cents


def contest(
    *,
    book: Book,
    agent_id: UUID,
    transaction: str,
    given_micros: int,
    owed_micros: int,
    loss_micros: int = 0,
    fee_micros: int = 0,
) -> NewEntry:
    """The bank took a payment back: from what is available, and the rest is owed. Its fee is the house's, and so is
    what the card had been charged beyond the agent's balance.

    >>> _show(contest(book=LIVE, agent_id=ANN, transaction="txn_1", given_micros=20_000_000, owed_micros=5_000_000,
    ...     fee_micros=15_000_000))
    agent_available -20.00, agent_receivable -5.00, processing_fee -15.00, stripe_clearing 40.00
    """
    parts = {"given": given_micros, "owed": owed_micros, "loss": loss_micros, "fee": fee_micros}
    given, owed, loss, fee = (require_amount(micros, param=name, least=0) for name, micros in parts.items())
    to_cents(given + owed + loss + fee)
    moves = [
        (agent_available(book, agent_id), -given),
        (agent_receivable(book, agent_id), -owed),
        (AccountRef(book, AccountKind.DISPUTE_LOSS), -loss),
        (AccountRef(book, AccountKind.PROCESSING_FEE), -fee),
        (AccountRef(book, AccountKind.STRIPE_CLEARING), given + owed + loss + fee),
    ]
    return entry(EntryKind.CHARGE_CONTESTED, key=f"contested:{transaction}", moves=moves)


def reinstate(
    *, book: Book, agent_id: UUID, transaction: str, back_micros: int, paid_off_micros: int, loss_micros: int = 0
) -> NewEntry:
    """The bank found for us: what is still owed is paid off by it, the rest is available again.

    >>> _show(reinstate(book=LIVE, agent_id=ANN, transaction="txn_2", back_micros=20_000_000,
    ...     paid_off_micros=5_000_000))
    stripe_clearing -25.00, agent_available 20.00, agent_receivable 5.00
    """
    parts = {"back": back_micros, "paid_off": paid_off_micros, "loss": loss_micros}
    back, paid_off, loss = (require_amount(micros, param=name, least=0) for name, micros in parts.items())
    to_cents(back + paid_off + loss)
    moves = [
        (AccountRef(book, AccountKind.STRIPE_CLEARING), -(back + paid_off + loss)),
        (agent_available(book, agent_id), back),
        (agent_receivable(book, agent_id), paid_off),
        (AccountRef(book, AccountKind.DISPUTE_LOSS), loss),
    ]
    return entry(EntryKind.CHARGE_REINSTATED, key=f"reinstated:{transaction}", moves=moves)


def collect(*, book: Book, agent_id: UUID, occasion: UUID, amount_micros: int) -> NewEntry:
    """What an agent owes is taken from what it has by now.

    >>> _show(collect(book=LIVE, agent_id=ANN, occasion=ID, amount_micros=5_000_000))
    agent_available -5.00, agent_receivable 5.00
    """
    amount = require_amount(amount_micros, param="amount")
    moves = [(agent_available(book, agent_id), -amount), (agent_receivable(book, agent_id), amount)]
    return entry(EntryKind.DEBT_COLLECTED, key=f"collected:{occasion}", moves=moves)


def agent_receivable(book: Book, agent_id: UUID) -> AccountRef:
    return AccountRef(book, AccountKind.AGENT_RECEIVABLE, agent_id)

"""Rules for payments that go back to their card against our will: who bears what the bank took from us meanwhile. Pure.

`transaction` is Stripe's id of the movement that it was, so that one of them is one entry. What the agent gave and what
it owes are told apart by the caller, who knows what is available.
"""

from uuid import UUID

from market.ids import encode
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
    given, owed, loss, fee, total = _parts(given=given_micros, owed=owed_micros, loss=loss_micros, fee=fee_micros)
    moves = [
        (agent_available(book, agent_id), -given),
        (agent_receivable(book, agent_id), -owed),
        (AccountRef(book, AccountKind.DISPUTE_LOSS), -loss),
        (AccountRef(book, AccountKind.PROCESSING_FEE), -fee),
        (AccountRef(book, AccountKind.STRIPE_CLEARING), total),
    ]
    return entry(EntryKind.CHARGE_CONTESTED, key=f"contested:{transaction}", moves=moves)


def reinstate(
    *,
    book: Book,
    agent_id: UUID,
    transaction: str,
    back_micros: int,
    paid_off_micros: int,
    loss_micros: int = 0,
    fee_micros: int = 0,
) -> NewEntry:
    """The bank found for us: what is still owed is paid off by it, the rest is available again. Where Stripe gives its
    fee back too, that is the house's; below nothing, it took another.

    >>> _show(reinstate(book=LIVE, agent_id=ANN, transaction="txn_2", back_micros=20_000_000,
    ...     paid_off_micros=5_000_000))
    stripe_clearing -25.00, agent_available 20.00, agent_receivable 5.00
    """
    back, paid_off, loss, total = _parts(back=back_micros, paid_off=paid_off_micros, loss=loss_micros)
    moves = [
        (AccountRef(book, AccountKind.STRIPE_CLEARING), -total - fee_micros),
        (AccountRef(book, AccountKind.PROCESSING_FEE), fee_micros),
        (agent_available(book, agent_id), back),
        (agent_receivable(book, agent_id), paid_off),
        (AccountRef(book, AccountKind.DISPUTE_LOSS), loss),
    ]
    return entry(EntryKind.CHARGE_REINSTATED, key=f"reinstated:{transaction}", moves=moves)


def refund_outside(
    *, book: Book, agent_id: UUID, refund_id: UUID, given_micros: int, owed_micros: int, house_micros: int
) -> NewEntry:
    """A payment went back to its card without the agent having asked: from what is available, and the rest is owed.
    What the card had been charged for the processing is the house's.

    >>> _show(refund_outside(book=LIVE, agent_id=ANN, refund_id=ID, given_micros=20_000_000, owed_micros=5_000_000,
    ...     house_micros=1_060_000))
    agent_available -20.00, agent_receivable -5.00, processing_fee -1.06, stripe_clearing 26.06
    """
    given, owed, house, total = _parts(given=given_micros, owed=owed_micros, house=house_micros)
    moves = [
        (agent_available(book, agent_id), -given),
        (agent_receivable(book, agent_id), -owed),
        (AccountRef(book, AccountKind.PROCESSING_FEE), -house),
        (AccountRef(book, AccountKind.STRIPE_CLEARING), total),
    ]
    return entry(EntryKind.REFUND, key=f"refund:{encode('rfd', refund_id)}", moves=moves)


def return_outside(
    *, book: Book, agent_id: UUID, refund_id: UUID, back_micros: int, paid_off_micros: int, house_micros: int
) -> NewEntry:
    """The card did not take it: what is still owed is paid off by it, the rest is available again.

    >>> _show(return_outside(book=LIVE, agent_id=ANN, refund_id=ID, back_micros=20_000_000, paid_off_micros=5_000_000,
    ...     house_micros=1_060_000))
    stripe_clearing -26.06, agent_available 20.00, agent_receivable 5.00, processing_fee 1.06
    """
    back, paid_off, house, total = _parts(back=back_micros, paid_off=paid_off_micros, house=house_micros)
    moves = [
        (AccountRef(book, AccountKind.STRIPE_CLEARING), -total),
        (agent_available(book, agent_id), back),
        (agent_receivable(book, agent_id), paid_off),
        (AccountRef(book, AccountKind.PROCESSING_FEE), house),
    ]
    return entry(EntryKind.REFUND_BACK, key=f"refund_back:{encode('rfd', refund_id)}", moves=moves)


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


def _parts(**parts: int) -> tuple[int, ...]:
    """Each none or above nothing; and their sum, in whole cents."""
    amounts = [require_amount(micros, param=name, least=0) for name, micros in parts.items()]
    to_cents(sum(amounts))
    return *amounts, sum(amounts)

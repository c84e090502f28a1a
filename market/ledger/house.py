"""Rules for the house's own money at Stripe: what `reconciliation` finds there and no person's account is about. Pure.

`transaction` is Stripe's id of one balance transaction, `txn_…`. One of them is about one entry, the entry's line in
the clearing account is what the transaction was net of fees, and a fee is an entry of its own.
"""

from market.ledger.postings import AccountKind, AccountRef, Book, EntryKind, NewEntry, entry, require_amount
from market.money import to_cents


def stripe_fee(*, book: Book, transaction: str, amount_micros: int) -> NewEntry:
    """What Stripe kept for one transaction; below nothing, what it gave back of that.

    >>> _show(stripe_fee(book=LIVE, transaction="txn_1", amount_micros=1_030_000))
    processing_fee -1.03, stripe_clearing 1.03
    """
    moves = _move(amount_micros, source=AccountRef(book, AccountKind.PROCESSING_FEE), to=_clearing(book))
    return entry(EntryKind.STRIPE_FEE, key=f"stripe_fee:{transaction}", moves=moves)


def own_bank(*, book: Book, transaction: str, amount_micros: int) -> NewEntry:
    """The house moved money of its own to its bank; below nothing, from there to Stripe.

    >>> _show(own_bank(book=LIVE, transaction="txn_1", amount_micros=50_000_000))
    house_bank -50.00, stripe_clearing 50.00
    """
    moves = _move(amount_micros, source=AccountRef(book, AccountKind.HOUSE_BANK), to=_clearing(book))
    return entry(EntryKind.OWN_BANK, key=f"own_bank:{transaction}", moves=moves)


def house_loss(*, book: Book, transaction: str, amount_micros: int) -> NewEntry:
    """Stripe took from us what a scout's account owed and could not give: a loss of the house.

    >>> _show(house_loss(book=LIVE, transaction="txn_1", amount_micros=7_000_000))
    dispute_loss -7.00, stripe_clearing 7.00
    """
    moves = _move(amount_micros, source=AccountRef(book, AccountKind.DISPUTE_LOSS), to=_clearing(book))
    return entry(EntryKind.HOUSE_LOSS, key=f"house_loss:{transaction}", moves=moves)


def suspend(*, book: Book, transaction: str, amount_micros: int) -> NewEntry:
    """Money moved at Stripe that we do not understand yet: what came in; below nothing, what went out.

    >>> _show(suspend(book=LIVE, transaction="txn_1", amount_micros=3_000_000))
    stripe_clearing -3.00, suspense 3.00
    """
    moves = _move(amount_micros, source=_clearing(book), to=AccountRef(book, AccountKind.SUSPENSE))
    return entry(EntryKind.SUSPENDED, key=f"suspended:{transaction}", moves=moves)


def explain(*, book: Book, transaction: str, amount_micros: int, to: AccountKind) -> NewEntry:
    """An operator found out what it was: the same amount leaves suspense, to an account of the house.

    >>> _show(explain(book=LIVE, transaction="txn_1", amount_micros=3_000_000, to=AccountKind.HOUSE_BANK))
    suspense -3.00, house_bank 3.00
    """
    moves = _move(amount_micros, source=AccountRef(book, AccountKind.SUSPENSE), to=AccountRef(book, to))
    return entry(EntryKind.EXPLAINED, key=f"explained:{transaction}", moves=moves)


def _clearing(book: Book) -> AccountRef:
    return AccountRef(book, AccountKind.STRIPE_CLEARING)


def _move(amount_micros: int, *, source: AccountRef, to: AccountRef) -> list[tuple[AccountRef, int]]:
    require_amount(abs(amount_micros), param="amount")
    to_cents(abs(amount_micros))
    return [(source, -amount_micros), (to, amount_micros)]

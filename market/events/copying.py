"""Copying a feed page by page, for those who keep a copy of it. How far it has come is theirs to write down.

A page and how far it reaches belong into one transaction with what is made of it: a crash leaves both or neither.
"""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from market.events import cursors, queries
from market.events.queries import CursorExpired, Page

# What a transaction of the same account is waited for that may still bring what comes before.
_HELD_BACK_SECONDS = 2.0
_LOOK_SECONDS = 0.02
# When to go on where that was not enough.
LOOK_AGAIN = timedelta(seconds=2)


class Patience:
    """For all that one piece of work copies, together."""

    def __init__(self) -> None:
        self._ends = time.monotonic() + _HELD_BACK_SECONDS

    def waits(self) -> bool:
        """Waits for a moment, and answers whether it did."""
        if time.monotonic() > self._ends:
            return False
        threading.Event().wait(_LOOK_SECONDS)
        return True


def copy_pages(copy_page: Callable[[], Page | None], *, patience: Patience) -> bool:
    """Until all is copied that can be told by now: True. False: it is still held back, and has to be asked for again.

    `copy_page` answers the page that it has copied, None where there is nothing more to copy for it.
    """
    while (page := copy_page()) is not None and (page.more or page.held_back):
        if page.held_back and not page.more and not patience.waits():
            return False
    return True


def read_on(*, account_id: UUID, position: int, limit: int) -> tuple[Page | None, int]:
    """The page after this position, and the position after that page.

    No page: the database was put back to before what was copied. What is told from now on has positions above all that.
    """
    try:
        cursor = cursors.encode(account_id=account_id, position=position)
        page = queries.after(account_id=account_id, cursor=cursor, limit=limit)
    except CursorExpired:
        return None, queries.end(account_id=account_id)
    return page, cursors.decode(account_id=account_id, cursor=page.next)

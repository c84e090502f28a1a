"""Telling those who copy a feed that there is something new to copy.

Like the hint that wakes waiters it is given after the commit and may be lost: a follower remembers how far it has
copied, and looks again from time to time. Only accounts that somebody follows cost anything.
"""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.db import connection, transaction
from django.db.transaction import TransactionManagementError

from market.events.models import Followed

Follower = Callable[[UUID], None]

_followers: list[Follower] = []


def register(follower: Follower) -> None:
    """Have it called with the account after every commit that has added to a followed feed; twice is possible."""
    _followers.append(follower)


def follow(*, account_id: UUID) -> None:
    if not connection.in_atomic_block:
        raise TransactionManagementError("following begins in the transaction of whoever begins to copy")
    Followed.objects.bulk_create([Followed(account_id=account_id)], ignore_conflicts=True)


def unfollow(*, account_id: UUID) -> None:
    Followed.objects.filter(account_id=account_id).delete()


def tell(account_id: UUID) -> None:
    for follower in _followers:
        transaction.on_commit(partial(follower, account_id), robust=True)

"""A buyer whose payment is contested at a bank: nobody new is sent anywhere for it."""

from datetime import datetime
from uuid import UUID

from bounties.models import Bounty
from bounties.operations.cancelling import cancel
from bounties.states import BountyState
from market.accounts.models import Account
from market.payments import debts

_OPEN = (BountyState.SCREENING, BountyState.UNFUNDED, BountyState.OPEN)


def cancel_open(*, buyer_id: UUID, at: datetime) -> None:
    """Cancel them one by one, as their buyer would. Whoever is on the way may finish, and is paid."""
    buyer = Account.objects.get(pk=buyer_id)
    for bounty_id in Bounty.objects.filter(buyer=buyer, state__in=_OPEN).order_by("id").values_list("id", flat=True):
        cancel(buyer=buyer, bounty_id=bounty_id, at=at)
    debts.collect(agent=buyer, at=at)

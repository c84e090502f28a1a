"""A person becomes a scout: once for real, once for practice."""

from datetime import datetime

from django.db import transaction

from market.accounts.models import Account, Mode, Scout, User


@transaction.atomic
def become_scout(*, user: User, mode: Mode, at: datetime) -> Scout:
    """Make this user a scout in this mode. A scout already: the same scout, and nothing changes."""
    # The user's row is the queue for two taps at once: the slower one finds the scout there.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    scout = Scout.objects.filter(user=user, mode=mode).first()
    if scout is None:
        account = Account.objects.create(kind=Account.Kind.SCOUT, mode=mode, created_at=at)
        scout = Scout.objects.create(account=account, user=user, mode=mode)
    return scout

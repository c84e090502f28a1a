"""Our staff: appointed and dismissed by a person at the console or by another operator, never from outside."""

from datetime import datetime
from typing import ClassVar

from allauth.mfa.models import Authenticator
from django.db import transaction

from market.accounts import audit
from market.accounts.audit import Actor
from market.accounts.models import Audit, Operator, User
from market.errors import DomainError, Kind


class ReasonMissing(DomainError):
    """Staff did something without saying why."""

    code = "reason_missing"
    fix = "Say why: it stands in the audit."


class NotAnOperator(DomainError):
    """The person is not on our staff."""

    code = "not_an_operator"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix = "Appoint the person first, with `manage.py appoint_operator`."


@transaction.atomic
def appoint_operator(*, user: User, by: Actor, reason: str, at: datetime) -> Operator:
    """Make this user an operator. An operator already: nothing changes, and nothing is recorded."""
    _check_reason(reason)
    operator, is_new = Operator.objects.get_or_create(user=user, defaults={"since": at})
    if is_new:
        audit.record(action=Audit.Action.OPERATOR_APPOINTED, by=by, subject_id=user.id, at=at, reason=reason)
    return operator


@transaction.atomic
def dismiss_operator(*, user: User, by: Actor, reason: str, at: datetime) -> None:
    _check_reason(reason)
    deleted, _ = Operator.objects.filter(user=user).delete()
    if not deleted:
        raise NotAnOperator("This person is no operator.")
    audit.record(action=Audit.Action.OPERATOR_DISMISSED, by=by, subject_id=user.id, at=at, reason=reason)


@transaction.atomic
def forget_passkeys(*, user: User, by: Actor, reason: str, at: datetime) -> int:
    """Take a person's passkeys away: for an operator who has lost his, whom the e-mailed code alone does not let in."""
    _check_reason(reason)
    count: int = Authenticator.objects.filter(user=user).delete()[0]
    audit.record(
        action=Audit.Action.PASSKEYS_FORGOTTEN, by=by, subject_id=user.id, at=at, reason=reason, facts={"count": count}
    )
    return count


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise ReasonMissing("An operator is not appointed or dismissed without a reason.", param="reason")

"""A person leaves: what tells who it was is taken out. The row stays, without a face, for what refers to it."""

from datetime import datetime
from typing import ClassVar

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction

from market.accounts import audit
from market.accounts.audit import Actor
from market.accounts.models import Agent, Audit, Operator, User
from market.errors import DomainError, Kind


class AnswersForAgents(DomainError):
    """The person owns agents, and somebody has to answer for them."""

    code = "answers_for_agents"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix = "Ask us to hand your agents over or to close them first."


class OnTheStaff(DomainError):
    """The person is an operator."""

    code = "on_the_staff"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix = "Be dismissed first, with `manage.py`."


@transaction.atomic
def forget_person(*, user: User, at: datetime) -> None:
    """Address, passkeys and ways in are gone, and no session opens any more. Done again, it changes nothing."""
    locked = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if Agent.objects.filter(owner=locked).exists():
        raise AnswersForAgents("You answer for an agent.")
    if Operator.objects.filter(user=locked).exists():
        raise OnTheStaff("You are on our staff.")
    if not locked.is_active:
        return
    EmailAddress.objects.filter(user=locked).delete()
    Authenticator.objects.filter(user=locked).delete()
    locked.email = f"{locked.id}@gone.invalid"
    locked.is_active = False
    locked.set_unusable_password()
    locked.save(update_fields=["email", "is_active", "password"])
    audit.record(action=Audit.Action.PERSON_FORGOTTEN, by=Actor.user(locked), subject_id=locked.id, at=at)

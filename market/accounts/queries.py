"""Named reads of who takes part."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model, Q, QuerySet, UUIDField

from market.accounts.models import Account, Agent, ApiKey, Audit, Operator, Scout, User
from market.prepared import Given, Prepared


def agent_by_claim_hash(claim_hash: bytes) -> Agent | None:
    return Agent.objects.select_related("account").filter(claim_hash=claim_hash).first()


def agents_of(owner: User) -> QuerySet[Agent]:
    return Agent.objects.select_related("account").filter(owner=owner).order_by("-claimed_at")


def scouts_of(user: User) -> Sequence[Scout]:
    if user.scouts_read is not None:
        return user.scouts_read
    return tuple(Scout.objects.select_related("account").filter(user=user).order_by("mode"))


def person(user_id: UUID) -> User | None:
    """With the scouts that this person is: what every page asks of who is signed in, in one question."""
    found = _person().rows({"user_id": user_id})
    if not found:
        return None
    users, scouts = len(_columns(User)), len(_columns(Scout))
    user = User.from_db(DEFAULT_DB_ALIAS, _columns(User), found[0][:users])
    read = []
    for row in found:
        if row[users] is not None:
            scout = Scout.from_db(DEFAULT_DB_ALIAS, _columns(Scout), row[users : users + scouts])
            scout.user, scout.account = (
                user,
                Account.from_db(DEFAULT_DB_ALIAS, _columns(Account), row[users + scouts :]),
            )
            read.append(scout)
    user.scouts_read = tuple(read)
    return user


@cache
def _person() -> Prepared:
    names = [
        *_columns(User),
        *(f"scouts__{name}" for name in _columns(Scout)),
        *(f"scouts__account__{name}" for name in _columns(Account)),
    ]
    user = User.objects.filter(pk=Given("user_id", UUIDField(), type_name="uuid")).order_by("scouts__mode")
    return Prepared.of(user.values_list(*names), limited=False)


@cache
def _columns(model: type[Model]) -> tuple[str, ...]:
    return tuple(field.attname for field in model._meta.concrete_fields)  # noqa: SLF001 - documented


def keys_of(account_id: UUID) -> QuerySet[ApiKey]:
    return ApiKey.objects.filter(account_id=account_id).order_by("-created_at", "-id")


def valid_keys(key_ids: Collection[UUID], *, at: datetime) -> set[UUID]:
    """Those of them that are neither revoked nor at their end."""
    lasting = Q(expires_at__isnull=True) | Q(expires_at__gt=at)
    return set(ApiKey.objects.filter(lasting, pk__in=key_ids, revoked_at=None).values_list("pk", flat=True))


def is_operator(user: User) -> bool:
    return Operator.objects.filter(user=user).exists()


def newest_audit(*, limit: int) -> QuerySet[Audit]:
    return Audit.objects.order_by("-at", "-id")[:limit]

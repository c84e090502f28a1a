"""Named reads of who takes part."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from market.accounts.models import Agent, ApiKey, Audit, Operator, Scout, User


def agent_by_claim_hash(claim_hash: bytes) -> Agent | None:
    return Agent.objects.select_related("account").filter(claim_hash=claim_hash).first()


def agents_of(owner: User) -> QuerySet[Agent]:
    return Agent.objects.select_related("account").filter(owner=owner).order_by("-claimed_at")


def scouts_of(user: User) -> QuerySet[Scout]:
    return Scout.objects.select_related("account").filter(user=user).order_by("mode")


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

"""A key as its agent sees it. Never its secret: that is in the answer which made it, and nowhere else."""

from datetime import datetime
from typing import Any

from market.accounts import key_text
from market.accounts.models import ApiKey
from market.ids import encode
from market.money import format_micros


def key(key: ApiKey, *, at: datetime) -> dict[str, Any]:
    replacement = getattr(key, "replaced_by", None)
    return {
        "id": encode("key", key.id),
        "object": "key",
        "mode": key.mode,
        "label": key.label,
        "hint": key_text.hint(mode=key.mode, key_id=key.id),
        "status": "revoked" if key.revoked_at else "expired" if key.has_ended(at) else "active",
        "scopes": key.scopes,
        "caps": {
            "per_call": _amount(key.per_call_micros),
            "per_day": _amount(key.per_day_micros),
            "per_month": _amount(key.per_month_micros),
        },
        # Keys with the same one spend their caps together.
        "counted_with": encode("key", key.purse_id),
        "networks": [str(network) for network in key.networks],
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
        "last_used_at": key.last_used_at,
        "replaces": encode("key", key.replaces_id) if key.replaces_id else None,
        "replaced_by": encode("key", replacement.id) if replacement else None,
    }


def _amount(micros: int | None) -> str | None:
    return None if micros is None else format_micros(micros)

"""A key as its agent sees it. Never its secret: that is in the answer which made it, and nowhere else."""

from datetime import datetime
from typing import Any

from agents_api.answers import MODE, Listing, Record, an_id, kind, moment, money, one_of, page_of, words
from bounties.shapes import Nullable
from market.accounts import key_text
from market.accounts.models import ApiKey
from market.accounts.operations.keys import NewKey
from market.ids import encode
from market.money import format_micros

_FIELDS = {
    "id": an_id("key"),
    "object": kind("key"),
    "mode": MODE,
    "label": words("Yours.", sample="nightly job"),
    "hint": words("How its secret begins.", sample="sl_test_…"),
    "status": one_of(("active", "expired", "revoked"), text="Only an active one opens anything."),
    "scopes": Listing(text="What it may do.", of=one_of(ApiKey.SCOPES), sample=list(ApiKey.SCOPES)),
    "caps": Record(
        text="What it may spend at most: in one call, in a day, in a month; null: no cap.",
        fields={
            "per_call": Nullable(of=money("In one call.", sample="10.00")),
            "per_day": Nullable(of=money("In a day.", sample="100.00")),
            "per_month": Nullable(of=money("In a month.", sample="1000.00")),
        },
    ),
    "counted_with": an_id("key", "Keys with the same one spend their caps together."),
    "networks": Listing(text="From where it may be used; empty: everywhere.", of=words(), sample=[]),
    "created_at": moment("When it was made."),
    "expires_at": Nullable(of=moment("When it ends by itself; null: never.")),
    "revoked_at": Nullable(of=moment("When it was revoked.")),
    "last_used_at": Nullable(of=moment("To the minute; null: never.")),
    "replaces": Nullable(of=an_id("key", "The key that it was made from by rotation.")),
    "replaced_by": Nullable(of=an_id("key", "The key that came of its rotation.")),
}
KEY = Record(name="Key", text="A key, without its secret.", fields=_FIELDS)
NEW_KEY = Record(
    name="NewKey",
    text="A new key. Its secret is shown this once.",
    fields={
        "key": Nullable(
            text="The secret, for `Authorization: Bearer …`; null where the answer is a repetition.",
            of=words(sample="sl_test_…"),
        ),
        **_FIELDS,
    },
)
KEY_PAGE = page_of(KEY)


def key(key: ApiKey, *, at: datetime) -> dict[str, Any]:
    return _key(key, getattr(key, "replaced_by", None), at=at)


def new_key(new: NewKey, *, at: datetime) -> dict[str, Any]:
    return {"key": new.text} | _key(new.key, None, at=at)  # nothing has replaced it yet, and nobody need be asked


def _key(key: ApiKey, replacement: ApiKey | None, *, at: datetime) -> dict[str, Any]:
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

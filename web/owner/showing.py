"""What an owner's page says about an agent, a key, an entry: plain values for templates."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from market.accounts import key_text
from market.accounts.models import Agent, ApiKey, Mode
from market.ids import encode
from market.ledger import queries as ledger
from market.ledger.history import Moved
from market.ledger.postings import Book, EntryKind
from market.ledger.queries import Spent
from market.money import format_micros

KINDS: Mapping[str, Promise] = {
    EntryKind.FAUCET: _("Play money"),
    EntryKind.TOPUP: _("Topped up"),
    EntryKind.HOLD: _("Set aside for a bounty"),
    EntryKind.HOLD_ADDED: _("More set aside for a bounty"),
    EntryKind.AWARD: _("Paid for a result"),
    EntryKind.BLOCKED_AWARD: _("Paid for a result: it was not to be had"),
    EntryKind.RELEASE: _("Came back unused"),
    EntryKind.RULING_FOR_BUYER: _("Came back by a ruling"),
    EntryKind.BUYER_COMPENSATED: _("Came back by a ruling, from us"),
    EntryKind.REFUND: _("Paid back to you"),
    EntryKind.REFUND_BACK: _("A refund that failed"),
}

SCOPES: Mapping[str, Promise] = {
    "read": _("see everything of this agent"),
    "post": _("post bounties"),
    "review": _("accept, reject and dispute results"),
    "money": _("make keys and deposits"),
}


def agent(found: Agent) -> dict[str, Any]:
    balance = ledger.agent_balance(Book.of(found.account.mode), found.account_id)
    return {
        "id": encode("agt", found.account_id),
        "name": found.name,
        "is_live": found.account.mode == Mode.LIVE,
        "claimed_at": found.claimed_at,
        "available": format_micros(balance.available_micros),
        "held": format_micros(balance.held_micros),
    }


def key(found: ApiKey, *, spent: Mapping[UUID, Spent], at: datetime) -> dict[str, Any]:
    so_far = spent.get(found.purse_id, Spent(0, 0))
    return {
        "id": encode("key", found.id),
        "label": found.label,
        "hint": key_text.hint(mode=found.mode, key_id=found.id),
        "scopes": [SCOPES[scope] for scope in sorted(found.scopes)],
        "networks": [str(network) for network in found.networks],
        "caps": [
            (name, _amount(cap), _amount(used))
            for name, cap, used in (
                (_("a call"), found.per_call_micros, None),
                (_("a day"), found.per_day_micros, so_far.today_micros),
                (_("a month"), found.per_month_micros, so_far.this_month_micros),
            )
        ],
        "created_at": found.created_at,
        "last_used_at": found.last_used_at,
        "expires_at": found.expires_at,
        "revoked_at": found.revoked_at,
    }


def entry(moved: Moved) -> dict[str, Any]:
    return {
        "at": moved.at,
        "kind": KINDS[moved.kind],
        "available": _change(moved.available_micros),
        "held": _change(moved.held_micros),
        "bounty": encode("bnt", moved.bounty_id) if moved.bounty_id else None,
    }


def _amount(micros: int | None) -> str | None:
    return None if micros is None else format_micros(micros)


def _change(micros: int) -> str:
    """With its sign, the minus a real one; nothing where nothing moved."""
    if not micros:
        return ""
    return ("+" if micros > 0 else "\N{MINUS SIGN}") + format_micros(abs(micros))

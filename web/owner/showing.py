"""What an owner's page says about an agent, a key, an entry: plain values for templates."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bounties.models import Bounty
from market.accounts import key_text
from market.accounts.models import Agent, ApiKey, Mode
from market.ids import encode
from market.ledger import queries as ledger
from market.ledger.history import Moved
from market.ledger.postings import Book, EntryKind
from market.ledger.queries import Spent
from market.money import MICROS_PER_DOLLAR, format_micros, whole_cents_down
from market.payments import debts, refunds, stripe_gateway, top_ups
from market.payments.models import ChargeDispute, Payment, SavedCard, TopUp
from web.state_words import BOUNTY

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
    EntryKind.REFUND: _("To go back to your card"),
    EntryKind.REFUND_BACK: _("A refund that failed"),
    EntryKind.CHARGE_CONTESTED: _("A payment contested at the bank"),
    EntryKind.CHARGE_REINSTATED: _("The bank found for us"),
    EntryKind.DEBT_COLLECTED: _("Taken for what was owed"),
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


def frozen(found: Agent) -> dict[str, Any] | None:
    """What is contested of an agent's payments, and what it owes; nothing where there is neither."""
    rows = list(ChargeDispute.objects.filter(agent=found.account).order_by("-opened_at")[:20])
    owed = debts.owed(found.account_id, found.account.mode)
    if not rows and not owed and found.frozen_at is None:
        return None
    return {
        "since": found.frozen_at,
        "owed": format_micros(owed) if owed else None,
        "is_running": any(each.decided_at is None for each in rows),
        "charges": [
            {
                "state": each.state,
                "amount": format_micros(each.amount_micros),
                "taken": format_micros(each.agent_micros),
                "answer_by": each.answer_by_at if each.decided_at is None else None,
            }
            for each in rows
        ],
    }


def spending(by_purse: Iterable[Spent]) -> dict[str, str]:
    """With all keys together, ended ones too."""
    purses = list(by_purse)
    return {
        "spent_today": format_micros(sum(each.today_micros for each in purses)),
        "spent_this_month": format_micros(sum(each.this_month_micros for each in purses)),
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


def bounty(found: Bounty) -> dict[str, Any]:
    return {
        "id": encode("bnt", found.id),
        "title": found.title,
        "state": BOUNTY[found.state],
        "created_at": found.created_at,
        "reward": format_micros(found.reward_micros),
        "slots": found.slots,
        "results": found.result_count,
    }


def entries(moved: Iterable[Moved], titles: Mapping[UUID, str]) -> list[dict[str, Any]]:
    return [
        {
            "at": each.at,
            "kind": KINDS[each.kind],
            "available": _change(each.available_micros),
            "held": _change(each.held_micros),
            "bounty": titles.get(each.bounty_id) if each.bounty_id else None,
        }
        for each in moved
    ]


def _amount(micros: int | None) -> str | None:
    return None if micros is None else format_micros(micros)


def _change(micros: int) -> str:
    """With its sign, the minus a real one; nothing where nothing moved."""
    if not micros:
        return ""
    return ("+" if micros > 0 else "\N{MINUS SIGN}") + format_micros(abs(micros))


def costs() -> dict[str, Any]:
    """What paying by card costs in this house, and who bears it: told before the button."""
    rate = top_ups.card_rate()
    by_owner = settings.PROCESSING_PAID_BY == "owner"
    amounts = [MICROS_PER_DOLLAR * dollars for dollars in (25, 100)]
    return {
        "is_open": stripe_gateway.is_open(),
        "by_owner": by_owner,
        "least": format_micros(top_ups.LEAST_MICROS),
        "most": format_micros(top_ups.LARGEST_MICROS),
        "examples": [
            (format_micros(amount), format_micros(rate.on_top_of(amount) if by_owner else rate.of(amount)))
            for amount in amounts
        ],
    }


def top_up(found: TopUp) -> dict[str, Any]:
    return {
        "id": encode("dep", found.id),
        "state": found.state,
        "amount": format_micros(found.amount_micros),
        "surcharge": format_micros(found.surcharge_micros) if found.surcharge_micros else None,
        "total": format_micros(found.total_micros),
        "fee": format_micros(top_ups.card_rate().of(found.total_micros)),
        "agent_id": encode("agt", found.agent_id),
        "agent": found.agent.agent.name,
    }


def payment(found: Payment) -> dict[str, Any]:
    return {
        "amount": format_micros(found.amount_micros),
        "paid": format_micros(found.paid_micros),
        "refunded": format_micros(found.refunded_micros) if found.refunded_micros else None,
        "card": f"{found.brand.title()} ···· {found.last4}",
        "receipt_url": found.receipt_url,
        "paid_at": found.paid_at,
    }


def saved_card(found: Agent) -> dict[str, Any] | None:
    card = SavedCard.objects.filter(agent=found.account).first()
    if card is None:
        return None
    return {
        "card": f"{card.brand.title()} ···· {card.last4}",
        "is_on": card.is_on,
        "threshold": _amount(card.threshold_micros),
        "amount": _amount(card.amount_micros),
        "monthly_cap": _amount(card.monthly_cap_micros),
        "stopped_because": card.stopped_because.replace("_", " "),
    }


def refundable(found: Agent) -> str | None:
    """What could be paid back now: unspent, and come by card."""
    if found.account.mode != Mode.LIVE or not stripe_gateway.is_open():
        return None
    unspent = ledger.agent_balance(Book.of(found.account.mode), found.account_id).available_micros
    most = whole_cents_down(min(unspent, refunds.refundable(found.account_id)))
    return format_micros(most) if most else None

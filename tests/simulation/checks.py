"""What must hold after every step, asked of the database: DESIGN.md section 8, and that it says what the model says."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import connection

from bounties.events import CATALOGUE
from market.ids import encode
from market.ledger import invariants
from tests.simulation.model import Model, house

PRIVATE = "for-the-buyer-alone"
MAIL = "@example.com"

# Each answers the ids of whatever breaks its promise.
PROMISES = {
    "one live claim per slot": """
        SELECT slot_id::text FROM bounties_claim WHERE state = 'live' GROUP BY 1 HAVING count(*) > 1
    """,
    "a claimed slot has its live claim, and no other slot has one": """
        SELECT slot.id::text FROM bounties_slot slot
        WHERE (slot.state = 'claimed') <> EXISTS (
            SELECT FROM bounties_claim claim WHERE claim.slot_id = slot.id AND claim.state = 'live'
        )
    """,
    "a slot in judging has something to judge": """
        SELECT slot.id::text FROM bounties_slot slot
        WHERE slot.state = 'judging' AND NOT EXISTS (
            SELECT FROM bounties_submission each WHERE each.slot_id = slot.id
                AND each.state IN ('verifying', 'in_review')
        )
    """,
    "one accepted submission per slot": """
        SELECT slot_id::text FROM bounties_submission WHERE state = 'accepted' GROUP BY 1 HAVING count(*) > 1
    """,
    "one result of a scout where several are wanted": """
        SELECT each.scout_id::text FROM bounties_submission each
        JOIN bounties_bounty bounty ON bounty.id = each.bounty_id AND bounty.distinct_scouts
        WHERE each.state = 'accepted' GROUP BY each.bounty_id, each.scout_id HAVING count(*) > 1
    """,
    "a claim is paid once": """
        SELECT claim_id::text FROM bounties_award award
        JOIN bounties_submission each ON each.id = award.submission_id
        GROUP BY 1 HAVING count(*) > 1
    """,
    "an accepted submission has an award, and only what was paid has one": """
        SELECT each.id::text FROM bounties_submission each
        LEFT JOIN bounties_award award ON award.submission_id = each.id
        WHERE (each.state IN ('accepted', 'compensated')) <> (award.id IS NOT NULL AND award.state <> 'reversed')
    """,
    "every rejection has reasons and can be appealed": """
        SELECT id::text FROM bounties_submission
        WHERE state = 'rejected' AND (jsonb_array_length(reasons) = 0 OR appeal_by IS NULL OR decided_at IS NULL)
    """,
    "a bounty counts its slots, and holds as much as they cost": """
        SELECT bounty.id::text FROM bounties_bounty bounty
        LEFT JOIN (
            SELECT bounty_id, count(*) AS slots, count(*) FILTER (WHERE state = 'open') AS free,
                count(*) FILTER (WHERE state NOT IN ('filled', 'returned')) AS unfinished
            FROM bounties_slot GROUP BY 1
        ) counted ON counted.bounty_id = bounty.id
        LEFT JOIN ledger_account held ON held.kind = 'bounty_held' AND held.subject_id = bounty.id
        WHERE bounty.free_slots <> coalesce(free, 0) OR bounty.unfinished_slots <> coalesce(unfinished, 0)
            OR coalesce(held.balance_micros, 0) <> coalesce(unfinished, 0) * (reward_micros + fee_micros)
            OR (ended_at IS NOT NULL AND coalesce(held.balance_micros, 0) <> 0)
            OR (opened_at IS NOT NULL AND counted.slots <> bounty.slots)
    """,
    "what is left of a hold is given back or paid, and nothing is charged beyond it": """
        SELECT bounty.id::text FROM bounties_bounty bounty
        JOIN ledger_account held ON held.kind = 'bounty_held' AND held.subject_id = bounty.id
        JOIN ledger_line line ON line.account_id = held.id
        GROUP BY bounty.id
        HAVING sum(line.amount_micros) FILTER (WHERE line.amount_micros > 0)
            <> bounty.slots * (reward_micros + fee_micros)
    """,
    "whatever runs has a moment at which it ends by itself, or something that ends it": """
        SELECT bounty.id::text FROM bounties_bounty bounty
        WHERE bounty.state = 'closing' AND due_at IS NULL AND NOT EXISTS (
            SELECT FROM bounties_slot slot WHERE slot.bounty_id = bounty.id AND slot.state IN ('claimed', 'judging')
        ) AND NOT EXISTS (
            SELECT FROM bounties_dispute each WHERE each.bounty_id = bounty.id AND each.state IN ('open', 'answered')
        )
    """,
}

ROWS = """
SELECT kind, id, row FROM (
    SELECT 'bounty' AS kind, id, jsonb_build_array(state, closing_as, extract(epoch FROM due_at),
        extract(epoch FROM closes_at), free_slots, unfinished_slots) AS row FROM bounties_bounty
    UNION ALL
    SELECT 'slot', id, jsonb_build_array(state, extract(epoch FROM owed_until)) FROM bounties_slot
    UNION ALL
    SELECT 'claim', id, jsonb_build_array(state, slot_id, extract(epoch FROM expires_at),
        extract(epoch FROM upload_by)) FROM bounties_claim
    UNION ALL
    SELECT 'submission', id, jsonb_build_array(state, slot_id, set_aside_because, reviewer,
        extract(epoch FROM review_due_at), decided_by, extract(epoch FROM appeal_by)) FROM bounties_submission
    UNION ALL
    SELECT 'award', submission_id, jsonb_build_array(state, source, amount_micros, fee_micros,
        extract(epoch FROM settles_at)) FROM bounties_award
    UNION ALL
    SELECT 'dispute', id, jsonb_build_array(state, opened_by, ruling, extract(epoch FROM rule_by)) FROM bounties_dispute
    UNION ALL
    SELECT 'report', id, jsonb_build_array(state, extract(epoch FROM reported_at)) FROM bounties_report
    UNION ALL
    SELECT 'payout', id, jsonb_build_array(state, amount_micros) FROM payments_payout
) AS everything
"""

# What an operation leaves behind, besides the rows above.
TRACES = """
SELECT (SELECT count(*) FROM events_event), (SELECT count(*) FROM ledger_entry),
    (SELECT count(*) FROM bounties_disputemessage), (SELECT count(*) FROM bounties_operatoraction),
    (SELECT count(*) FROM work_work), (SELECT coalesce(sum(version), 0) FROM bounties_bounty),
    (SELECT coalesce(sum(version), 0) FROM bounties_submission), (SELECT count(*) FROM bounties_report),
    (SELECT coalesce(sum(micros), 0) FROM ledger_spending, unnest(days_micros) AS micros),
    (SELECT coalesce(sum(version), 0) FROM bounties_dispute)
"""


def ask(query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def traces() -> tuple[Any, ...]:
    return ask(TRACES)[0]


def check_promises() -> None:
    """The invariants, of whatever is in the database."""
    union = " UNION ALL ".join(
        f"SELECT {number}, * FROM ({query}) AS broken" for number, query in enumerate(PROMISES.values())
    )
    names = list(PROMISES)
    broken = [(names[number], subject) for number, subject in ask(union)]
    assert broken == []
    assert invariants.faults() == []


def check_deferred() -> None:
    """Have the database check now what it otherwise checks at a commit."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def check_against(model: Model) -> None:
    """Every state and every micro is what the model says."""
    found = {(kind, id_): tuple(_plain(each) for each in row) for kind, id_, row in _rows()}
    expected = dict(_expected(model))
    assert found == expected, _difference(found, expected)
    money: Counter[tuple[str, UUID | None]] = Counter()
    for kind, owner, micros in ask(
        "SELECT kind, owner_id, balance_micros FROM ledger_account WHERE balance_micros IS NOT NULL"
    ):
        money[kind, owner] += micros
    for kind, mode, micros in ask(
        "SELECT kind, mode, sum(amount_micros) FROM ledger_line"
        " WHERE kind IN ('faucet', 'stripe_clearing', 'platform_fee', 'dispute_loss') GROUP BY kind, mode"
    ):
        money[house(kind, mode)] = int(micros)
    expected_money = {key: micros for key, micros in model.money.items() if micros}
    found_money = {key: micros for key, micros in money.items() if micros}
    assert found_money == expected_money, _difference(found_money, expected_money)
    found_spent = {
        (purse, month_on.replace(day=number)): micros
        for purse, month_on, days in ask("SELECT key_id, month_on, days_micros FROM ledger_spending")
        for number, micros in enumerate(days, 1)
        if micros
    }
    assert found_spent == dict(model.spent), _difference(found_spent, model.spent)


def check_feed(*, since: int, buyers: list[UUID], scouts: list[UUID], clocks: dict[UUID, Any] | None) -> int:
    """What was told since then: in order, in the catalogue's words, and nothing that its reader must not know.

    `clocks`: when each of them was told something last. None where several clocks run beside each other.
    """
    names_of_scouts = [text for scout in scouts for text in (str(scout), encode("acc", scout))]
    names_of_buyers = [text for buyer in buyers for text in (str(buyer), encode("acc", buyer))]
    secrets_from = dict.fromkeys(buyers, names_of_scouts) | dict.fromkeys(scouts, names_of_buyers)
    told = ask(
        "SELECT position, account_id, type, data, data::text, at FROM events_event"
        f" WHERE position > {since} ORDER BY position"
    )
    for position, account, type_, data, text, at in told:
        event = CATALOGUE[type_]
        side = "buyer" if account in buyers else "scout"
        assert event.told in (side, "both"), (type_, side)
        if clocks is not None:
            assert at >= clocks.get(account, at), (type_, at)
            clocks[account] = at
        assert not [secret for secret in (PRIVATE, MAIL, *secrets_from[account]) if secret in text], (type_, text)
        if type_.endswith(".rejected"):
            assert _decoded(data)["reasons"], type_
        since = position
    return since


def _decoded(data: Any) -> Any:
    return json.loads(data) if isinstance(data, str) else data


def _rows() -> list[tuple[str, UUID, list[Any]]]:
    return [(kind, id_, _decoded(row)) for kind, id_, row in ask(ROWS)]


def _expected(model: Model) -> Iterable[tuple[tuple[str, UUID], tuple[Any, ...]]]:
    for bounty in model.bounties:
        yield (
            ("bounty", bounty.id),
            _row(bounty.state, bounty.closing_as, bounty.due_at, bounty.closes_at, bounty.free, bounty.unfinished),
        )
        for slot in bounty.slots:
            yield ("slot", slot.id), _row(slot.state, slot.owed_until)
    for claim in model.claims:
        yield ("claim", claim.id), _row(claim.state, claim.slot.id, claim.expires_at, claim.upload_by)
    for each in model.submissions:
        yield (
            ("submission", each.id),
            _row(
                each.state,
                each.slot.id,
                each.because,
                each.reviewer,
                each.review_due_at,
                each.decided_by,
                each.appeal_by,
            ),
        )
        if each.award:
            award = each.award
            yield ("award", each.id), _row(award.state, award.source, award.amount, award.fee, award.settles_at)
    for dispute in model.disputes:
        yield ("dispute", dispute.id), _row(dispute.state, dispute.opened_by, dispute.ruling, dispute.rule_by)
    for report in model.reports:
        yield ("report", report.id), _row(report.state, report.at)
    for payout in model.payouts:
        yield ("payout", payout.id), _row(payout.state, payout.amount)


def _row(*values: Any) -> tuple[Any, ...]:
    return tuple(_plain(value.timestamp() if hasattr(value, "timestamp") else value) for value in values)


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    return round(value, 3) if isinstance(value, float) else value


def _difference(found: Mapping[Any, Any], expected: Mapping[Any, Any]) -> str:
    keys = sorted((key for key in found.keys() | expected.keys() if found.get(key) != expected.get(key)), key=str)
    return "; ".join(f"{key}: found {found.get(key)}, expected {expected.get(key)}" for key in keys)

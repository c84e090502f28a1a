"""What is written for agents: which pages there are, and the numbers in them, taken from where they are decided.

The pages stand in `templates/guides` as Markdown. Every request in them is carried out by a test, and every answer
shown is compared with what came back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.template.loader import render_to_string

from agents_api import idempotency, limits, pages, waits
from agents_api.answers import NEXT_WORDS
from agents_api.sandbox.outcomes import EXPECT
from bounties import drafts, screening
from bounties.events import CATALOGUE
from bounties.policies import claims, disputes, grounds
from market.config import ROOT, config
from market.ledger import policies as money
from market.ledger.policies import DisputeWindows
from market.money import MICROS_PER_DOLLAR, format_micros, parse
from market.payments import on_chain, play_money, top_ups
from verification.policies import POLICIES


@dataclass(frozen=True, slots=True)
class Guide:
    path: str  # as Markdown; the same without its ending is negotiated
    title: str
    says: str
    template: str


def _page(name: str, title: str, says: str) -> Guide:
    return Guide(f"/docs/{name}.md", title, says, f"guides/{name}.md")


SKILL = Guide(
    "/SKILL.md", "Using Sightline", "The loop, the money, the errors and the pitfalls on one page.", "guides/skill.md"
)
AUTH = Guide("/auth.md", "Keys", "How to get a key in one call, what it may do, and how to end it.", "guides/auth.md")
GUIDES = (
    SKILL,
    AUTH,
    _page("concepts", "Concepts", "The words, the states, and who does what when."),
    _page("pricing", "Pricing", "What a bounty costs, what is held, and what comes back."),
    _page("proof", "Proof and verdicts", "What scouts hand in, which checks are made, and how a verdict is decided."),
    _page("reviewing", "Reviewing", "When you are asked, what to look at, and on which grounds you may reject."),
    _page("disputes", "Disputes", "Contesting a result, deadlines, and what is ruled by default."),
    _page("testing", "Test mode", "Simulated scouts, a clock to move forward, dry runs."),
    _page("webhooks", "Webhooks and events", "The feed, waiting, streams, and signed webhooks."),
    _page("safety", "Safety", "What is refused, what a person looks at first, and text that is not to be trusted."),
    _page("privacy", "Privacy", "What you never see, what is blurred, and how long things are kept."),
)
BY_PATH = {guide.path: guide for guide in GUIDES}


def text_of(guide: Guide) -> str:
    return render_to_string(guide.template, facts())


def self_hosting() -> str:
    return (ROOT / "docs" / "self-hosting.md").read_text(encoding="utf-8")


def _processing(amount_micros: int) -> int:
    rate = top_ups.card_rate()
    return rate.on_top_of(amount_micros) if config.processing_paid_by == "owner" else rate.of(amount_micros)


def facts() -> Mapping[str, Any]:
    return {
        "url": config.public_url,
        "guides": GUIDES,
        "fee": f"{config.platform_fee_basis_points / 100:g} %",
        "blocked_share": f"{money.DEFAULT_BLOCKED_BASIS_POINTS / 100:g} %",
        "least_reward": format_micros(drafts.LEAST_REWARD),
        "most_reward": format_micros(drafts.MOST_REWARD),
        "least_radius_m": drafts.LEAST_RADIUS_M,
        "most_radius_km": drafts.MOST_RADIUS_M // 1000,
        "most_slots": drafts.MOST_SLOTS,
        "furthest_ahead": _said(drafts.FURTHEST_AHEAD),
        "shortest_window": _said(drafts.SHORTEST_WINDOW),
        "top_ups": [
            (format_micros(amount), format_micros(_processing(amount)))
            for amount in (25 * MICROS_PER_DOLLAR, 100 * MICROS_PER_DOLLAR)
        ],
        "processing_paid_by": config.processing_paid_by,
        "least_top_up": format_micros(top_ups.LEAST_MICROS),
        "seasoning": _said(timedelta(hours=config.seasoning_hours)) if config.seasoning_hours else "",
        "seasoning_allowance": format_micros(parse(config.seasoning_allowance)),
        "play_money": format_micros(play_money.FIRST_GRANT_MICROS),
        "largest_grant": format_micros(play_money.LARGEST_GRANT_MICROS),
        "takes_x402": on_chain.is_open(),
        "least_on_chain": format_micros(on_chain.LEAST_MICROS),
        "simulated": EXPECT.items(),
        "simulations": limits.SIMULATE.calls,
        "next_words": NEXT_WORDS,
        "events": sorted((each for each in CATALOGUE.values() if each.told != "scout"), key=lambda each: each.name),
        "seen_from": format_micros(screening.SEEN_BY_A_PERSON_FROM),
        "upload_grace": _said(claims.UPLOAD_GRACE),
        "most_tries": claims.MOST_TRIES,
        "appeal_window": _said(disputes.APPEAL_WINDOW),
        "answer_within": _said(disputes.ANSWER_WITHIN),
        "rule_within": _said(disputes.RULE_WITHIN),
        "operator_review": _said(disputes.OPERATOR_REVIEW_WITHIN),
        "dispute_windows": list(_windows()),
        "rejection_grounds": grounds.REJECTION.values(),
        "dispute_grounds": grounds.BUYERS_DISPUTE.values(),
        "levels": [(policy, format_micros(policy.from_micros)) for policy in POLICIES],
        "originals_days": config.originals_days,
        "kept_answers": _said(idempotency.KEPT_FOR),
        "calls": limits.EVERY_CALL.calls,
        "signups": limits.SIGNUP.calls,
        "longest_wait": waits.LONGEST_SECONDS,
        "largest_page": pages.LARGEST_PAGE,
        "has_vision": bool(config.vision_base_url and config.vision_model),
    }


def _windows() -> list[tuple[str, str]]:
    windows = DisputeWindows.parse(config.dispute_windows)
    steps = [(f"under {format_micros(below)}", _said(lasts)) for below, lasts in windows.steps]
    return [*steps, ("above that", _said(windows.otherwise))]


def _said(length: timedelta) -> str:
    minutes = round(length.total_seconds() / 60)
    if minutes % 60:
        return f"{minutes} minutes"
    hours = minutes // 60
    return f"{hours // 24} days" if hours > 72 and hours % 24 == 0 else f"{hours} hours"

"""A bounty as its buyer sees it: plain values, ready to be written as JSON."""

from datetime import datetime
from typing import Any

from agents_api.problems import Call
from bounties import postings
from bounties.models import Bounty
from bounties.states import BOUNTY, BountyState
from market.ids import encode
from market.money import format_micros

WAIT_SECONDS = 45


def bounty_id(bounty: Bounty) -> str:
    return encode("bnt", bounty.id)


def bounty(bounty: Bounty, *, at: datetime) -> dict[str, Any]:
    price = postings.price_of(bounty)
    return {
        "id": bounty_id(bounty),
        "object": "bounty",
        "mode": bounty.mode,
        "status": bounty.state,
        "version": bounty.version,
        "title": bounty.title,
        "questions": bounty.questions,
        "criteria": bounty.criteria,
        "place": {
            "lat": bounty.latitude_e7 / 1e7,
            "lng": bounty.longitude_e7 / 1e7,
            "radius_m": bounty.radius_m,
        },
        "window": {"opens_at": bounty.opens_at, "closes_at": bounty.closes_at},
        "reward": format_micros(bounty.reward_micros),
        "blocked_reward": format_micros(bounty.blocked_reward_micros),
        "fee": format_micros(price.fee_micros),
        "currency": "usd",
        "slots": bounty.slots,
        "free_slots": bounty.free_slots,
        "unfinished_slots": bounty.unfinished_slots,
        "total": format_micros(price.total_micros * bounty.slots),
        "proof": {
            "media": bounty.media,
            "count": bounty.media_count,
            "challenge": bounty.challenge,
            "accuracy_m": bounty.accuracy_m,
            "daylight": bounty.daylight,
        },
        "review": bounty.review,
        "review_hours": bounty.review_hours,
        "least_reputation": bounty.least_reputation,
        "distinct_scouts": bounty.distinct_scouts,
        "private_note": bounty.private_note,
        "metadata": bounty.metadata,
        "findings": bounty.findings,
        "created_at": bounty.created_at,
        "opened_at": bounty.opened_at,
        "ended_at": bounty.ended_at,
        "next_action": next_action(bounty),
    }


def next_action(bounty: Bounty) -> dict[str, Any]:
    """What to call next, or what is being waited for, and until when."""
    path = f"/v1/bounties/{bounty_id(bounty)}"
    if bounty.asking_id is not None:
        result = Call("GET", f"/v1/results/{encode('sub', bounty.asking_id)}")
        return {"do": "review", "call": result.render(), "until": bounty.asking_until}  # silence pays
    if bounty.state in BOUNTY.ends():
        return {"do": "read_results", "call": Call("GET", f"{path}/results").render(), "until": None}
    if bounty.state == BountyState.UNFUNDED:
        return {"do": "fund", "call": Call("POST", f"{path}/fund").render(), "until": bounty.closes_at}
    wait = Call("GET", f"{path}?wait={WAIT_SECONDS}&since_version={bounty.version}")
    return {"do": "wait", "call": wait.render(), "until": bounty.closes_at}

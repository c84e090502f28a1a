"""Bounties for searches: rows as they are while on offer, without what led to them."""

import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from bounties.models import Bounty, Claim, Slot
from bounties.places import Place
from bounties.states import BountyState, ClaimState
from market.accounts.models import Account, Agent, Mode, Scout, User
from market.ids import new_id

AT = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


def make_agent(*, mode: Mode = Mode.LIVE, owner: User | None = None, clock_ahead: timedelta = timedelta()) -> Agent:
    return Agent.objects.create(
        account=Account.objects.create(kind=Account.Kind.AGENT, mode=mode, clock_ahead=clock_ahead),
        name="Agent",
        owner=owner,
        claimed_at=AT if owner else None,
        claim_hash=secrets.token_bytes(32),
    )


def make_scout(*, mode: Mode = Mode.LIVE) -> Scout:
    user = User.objects.create_user(f"{new_id()}@example.invalid")
    account = Account.objects.create(kind=Account.Kind.SCOUT, mode=mode)
    return Scout.objects.create(account=account, user=user, mode=mode)


def bounty_at(place: Place, buyer: Agent, **changes: Any) -> Bounty:
    """Not saved."""
    latitude_e7, longitude_e7 = place.in_e7()
    values: dict[str, Any] = {
        "id": new_id(),
        "buyer_id": buyer.account_id,
        "mode": buyer.account.mode,
        "state": BountyState.OPEN,
        "title": "Is it open?",
        "questions": [],
        "criteria": [],
        "latitude_e7": latitude_e7,
        "longitude_e7": longitude_e7,
        "radius_m": 50,
        "opens_at": AT - timedelta(hours=1),
        "closes_at": AT + timedelta(days=1),
        "slots": 1,
        "free_slots": 1,
        "unfinished_slots": 1,
        "reward_micros": 2_000_000,
        "blocked_reward_micros": 600_000,
        "fee_micros": 200_000,
        "fee_basis_points": 1_000,
        "media": "photo",
        "media_count": 1,
        "challenge": "none",
        "daylight": False,
        "review": "auto",
        "review_hours": 24,
        "least_reputation": 0,
        "distinct_scouts": True,
        "private_note": "the guard leaves at noon",
        "metadata": {},
        "findings": [],
    }
    return Bounty(**(values | changes))


def offer(buyer: Agent, places: Iterable[Place], **changes: Any) -> list[Bounty]:
    return Bounty.objects.bulk_create(bounty_at(place, buyer, **changes) for place in places)


def claim(bounty: Bounty, scout: Scout, *, state: ClaimState = ClaimState.LIVE, number: int = 1) -> Claim:
    slot = Slot.objects.create(bounty=bounty, mode=bounty.mode, number=number)
    return Claim.objects.create(
        bounty=bounty,
        slot=slot,
        scout_id=scout.account_id,
        mode=bounty.mode,
        state=state,
        place=1,
        distinct=bounty.distinct_scouts,
        latitude_e7=bounty.latitude_e7,
        longitude_e7=bounty.longitude_e7,
        distance_m=0,
        claimed_at=AT,
        seen_at=AT,
        expires_at=AT + timedelta(hours=1),
        upload_by=AT + timedelta(hours=25),
        licence="use-1",
        resale=False,
    )

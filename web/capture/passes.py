"""What a phone takes along for each claim, so that it can capture without contact: who may, what is asked, what counts.

Everything in it is the scout's own or on the bounty's page. The upload token opens this one claim's capture only.
"""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from bounties import capturing, queries
from bounties.models import Claim
from market import ids
from market.accounts.models import User
from market.clock import now
from market.money import format_micros
from verification.evidence import ChallengeKind
from verification.operations import CapturePass


@require_GET
@never_cache
def passes(request: HttpRequest) -> JsonResponse:
    """For a page of ours that asks in the background: a stranger is told so, not led away to sign in."""
    at = now()
    claims = list(queries.live_claims_of(request.user)) if isinstance(request.user, User) else []
    response = JsonResponse(
        {
            "signed_in": request.user.is_authenticated,
            "server_at": written(at),
            "passes": [
                rendered(claim, capturing.capture_pass(claim_id=claim.id, at=at, scout=claim.scout)) for claim in claims
            ],
        }
    )
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def rendered(claim: Claim, taken: CapturePass) -> dict[str, Any]:
    bounty, policy = claim.bounty, capturing.policy_of(claim.bounty)
    ahead = bounty.buyer.clock_ahead  # the phone's clock is a real one: see bounties.capturing
    thresholds = policy.thresholds
    two_views = bounty.challenge == ChallengeKind.SECOND_VIEW
    return {
        "claim": ids.encode("clm", claim.id),
        "claim_uuid": str(claim.id),
        "token": taken.token,
        "nonces": [{"value": nonce.value, "code": nonce.code or None} for nonce in taken.nonces],
        "expires_at": written(claim.expires_at - ahead),
        "upload_by": written(taken.grant.upload_by),
        "opens_at": written(bounty.opens_at - ahead),
        "bounty": {
            "id": str(bounty.id),
            "title": bounty.title,
            "questions": bounty.questions,
            "criteria": bounty.criteria,
            "place": {"lat": bounty.latitude_e7, "lng": bounty.longitude_e7, "radius_m": bounty.radius_m},
            "reward": format_micros(bounty.reward_micros),
            "blocked_reward": format_micros(bounty.blocked_reward_micros),
            "practice": bounty.mode == "test",
        },
        "wanted": {
            "photos": max(bounty.media_count, 2 if two_views else 1),
            "challenge": bounty.challenge,
            "daylight": bounty.daylight,
            "fixes": policy.least_fixes,
            "fix_age_seconds": thresholds.fix_age_seconds,
            "accuracy_m": max(thresholds.accuracy_m, bounty.radius_m),
            "sharpness": thresholds.sharpness,
            "brightness": thresholds.brightness,
            "contrast": thresholds.contrast,
        },
    }


def written(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")

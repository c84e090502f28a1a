"""What the map asks, by hand: the session's row, its person and scout, the search, and GeoJSON of what is found.

Sessions are Django's, signed by the house's secret, and are believed only as Django believes them.
"""

import base64
import hashlib
import hmac
import math
import zlib
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import asyncpg
import orjson
from fastapi import APIRouter, HTTPException, Query, Request, Response

from market.config import config
from market.ids import encode

router = APIRouter()
pools: list[asyncpg.Pool] = []

SESSION = "SELECT session_data FROM django_session WHERE session_key = $1 AND expire_date > $2"
SCOUT = """
SELECT person.password, scout.account_id, scout.mode
FROM accounts_user AS person JOIN accounts_scout AS scout ON scout.user_id = person.id
WHERE person.id = $1 AND person.is_active
"""
_NORTH = "(bounty.axis <-> point($3, $4))"
_SINE = "sin((longitude_e7 - $5) * 8.726646259971648e-10)"
_EAST = f"($6 * bounty.axis[0] * {_SINE} * {_SINE})"
_MILLIMETRES = f"""
(1000 * sqrt({_NORTH} * {_NORTH} + {_EAST}) * (1 + {_NORTH} * {_NORTH} * $7 + {_EAST} * $8))::bigint
"""
# Of live mode, where no buyer's clock is ahead; its name is written out, for the index of what is open.
SEARCH = f"""
SELECT bounty.id, latitude_e7, longitude_e7, title, radius_m, reward_micros, closes_at, {_MILLIMETRES} AS mm
FROM bounties_bounty AS bounty WHERE spot <@ box(point($9, $10), point($11, $12))
AND CASE WHEN closes_at > $13 AND opens_at <= $14 AND buyer_id <> $15
    AND buyer_id NOT IN (SELECT account_id FROM accounts_agent WHERE owner_id = $16)
    AND NOT EXISTS (SELECT 1 FROM bounties_claim AS claim WHERE claim.bounty_id = bounty.id AND claim.scout_id = $15
        AND (claim.state = 'live' OR claim."distinct" AND claim.state IN ('live', 'submitted', 'fulfilled')))
    THEN true ELSE false END
AND free_slots > 0 AND mode = 'live' AND state = 'open'
ORDER BY spot <-> point($1, $2) LIMIT (SELECT 114)
"""

EQUATOR_M, FLATTENING = 6_378_137.0, 1 / 298.257223563
ECCENTRICITY_SQUARED = FLATTENING * (2 - FLATTENING)
EARTH_M = 6_371_008.8


# --- who asks ---------------------------------------------------------------------------------------------------------


def _key(salt: str) -> bytes:
    return hashlib.sha256(salt.encode() + config.secret_key.get_secret_value().encode()).digest()


_OF_SESSIONS = _key("django.contrib.sessions.SessionStoresigner")
_OF_PASSWORDS = _key("django.contrib.auth.models.AbstractBaseUser.get_session_auth_hash")


def _decoded(signed: str) -> Any:
    stamped, _, signature = signed.rpartition(":")
    expected = base64.urlsafe_b64encode(hmac.digest(_OF_SESSIONS, stamped.encode(), "sha256")).rstrip(b"=")
    if not hmac.compare_digest(signature.encode(), expected):
        raise HTTPException(401)
    text = stamped.rpartition(":")[0]
    data = base64.urlsafe_b64decode(text.lstrip(".") + "=" * (-len(text.lstrip(".")) % 4))
    return orjson.loads(zlib.decompress(data) if text.startswith(".") else data)


async def _asking(request: Request, pool: asyncpg.Pool, at: datetime) -> tuple[Any, Any]:
    signed = await pool.fetchval(SESSION, request.cookies.get("session", ""), at)
    if signed is None:
        raise HTTPException(401)
    session = _decoded(signed)
    scouts = await pool.fetch(SCOUT, UUID(session["_auth_user_id"]))
    by_mode = {each["mode"]: each for each in scouts}
    scout = by_mode.get(session.get("mode", "")) or by_mode.get("live") or by_mode.get("test")
    if scout is None or scout["mode"] != "live":
        raise HTTPException(403)
    expected = hmac.new(_OF_PASSWORDS, scout["password"].encode(), "sha256").hexdigest()
    if not hmac.compare_digest(session["_auth_user_hash"], expected):
        raise HTTPException(401)
    return session, scout


# --- what is found ----------------------------------------------------------------------------------------------------


def _given(lat: float, lng: float, within: int) -> tuple[float, ...]:
    latitude = math.radians(lat)
    sine, cosine = math.sin(latitude), math.cos(latitude)
    narrowing = 1 - ECCENTRICITY_SQUARED * sine * sine
    radius = EQUATOR_M / math.sqrt(narrowing)
    curved = math.sqrt(narrowing) / EQUATOR_M
    meridian = curved * narrowing / (1 - ECCENTRICITY_SQUARED)
    x, y = EQUATOR_M * math.radians(lng), EQUATOR_M * math.asinh(math.tan(latitude))
    reach = 1.007 * within / math.cos(min(abs(latitude) + within / 6_335_000, 1.57))
    return (
        *(x, y, radius * cosine, radius * (1 - ECCENTRICITY_SQUARED) * sine, lng * 1e7, 4 * radius * cosine),
        *(meridian * meridian / 24, curved * curved / 24, x - reach, y - reach, x + reach, y + reach),
    )


def _away(here: Any, lat: float, lng: float) -> str:
    one, other = math.radians(here["lat"]), math.radians(lat)
    north, east = math.sin((other - one) / 2), math.sin(math.radians(lng - here["lng"]) / 2)
    metres = 2 * EARTH_M * math.asin(math.sqrt(north * north + math.cos(one) * math.cos(other) * east * east))
    if metres < 995:
        return f"{round(metres, -1) if metres >= 100 else metres:.0f} m"
    return f"{metres / 1000:.1f} km" if metres < 9_950 else f"{metres / 1000:.0f} km"


def _left(time: timedelta) -> str:
    minutes = max(0, int(time.total_seconds()) // 60)
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days}\u00a0d {hours}\u00a0h" if hours and days < 7 else f"{days}\u00a0d"
    return f"{hours}\u00a0h {minutes}\u00a0min" if hours else f"{minutes}\u00a0min"


def _feature(row: Any, here: Any, at: datetime) -> dict[str, Any]:
    bounty, lat, lng = encode("bnt", row["id"]), row["latitude_e7"] / 1e7, row["longitude_e7"] / 1e7
    return {
        "type": "Feature",
        "id": bounty,
        "geometry": {"type": "Point", "coordinates": [lng, lat]},
        "properties": {
            "id": bounty,
            "title": row["title"],
            "reward": f"${row['reward_micros'] / 1e6:,.2f}",
            "away": _away(here, lat, lng) if here else "",
            "left": _left(row["closes_at"] - at),
            "radius_m": row["radius_m"],
        },
    }


@router.get("/map/bounties")
async def nearby(
    request: Request,
    lat: Annotated[float, Query(ge=-90, le=90)],
    lng: Annotated[float, Query(ge=-180, le=180)],
    within: Annotated[int, Query(ge=1, le=100_000)],
) -> Response:
    [pool] = pools
    at = datetime.now(UTC)
    session, scout = await _asking(request, pool, at)
    given = _given(lat, lng, within)
    asking = at, at + timedelta(hours=1), scout["account_id"], UUID(session["_auth_user_id"])
    rows = await pool.fetch(SEARCH, *given, *asking)
    near = sorted((row for row in rows if row["mm"] <= within * 1000), key=lambda row: (row["mm"], row["id"]))
    here = session.get("standpoint")
    content = {"type": "FeatureCollection", "features": [_feature(row, here, at) for row in near[:100]]}
    return Response(orjson.dumps(content), media_type="application/json")

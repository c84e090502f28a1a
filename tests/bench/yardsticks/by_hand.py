"""Three calls of our API by hand: FastAPI, asyncpg and SQL, nothing between. For `tests.bench.doors`.

The same work: the key is looked up and believed for a moment, the call is counted, a posting is done once for its key,
its money is held by the ledger, its event is appended, and its answer is kept, all in one transaction.
"""

import hashlib
import hmac
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import asyncpg
import orjson
from fastapi import FastAPI, Header, HTTPException, Query, Request, Response
from psycopg.conninfo import conninfo_to_dict
from pydantic import BaseModel, ConfigDict, Field

from market.accounts import key_text
from market.ids import decode, encode, new_id
from market.ledger import rules
from market.ledger.policies import SlotPrice
from market.ledger.postings import Book
from tests.bench.yardsticks import by_hand_nearby

WINDOW, SHARE = timedelta(minutes=1), timedelta(seconds=0.1)
FRESH_SECONDS = 0.75
_known: dict[UUID, tuple[float, Any]] = {}
_pool: list[asyncpg.Pool] = []


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    words = conninfo_to_dict(os.environ["DATABASE_URL"])
    where = {"host": words["host"], "port": words.get("port"), "user": words["user"], "database": words["dbname"]}
    async with asyncpg.create_pool(**where, min_size=4, max_size=10, init=_prepare) as pool:
        _pool[:] = by_hand_nearby.pools[:] = [pool]
        yield


async def _prepare(connection: asyncpg.Connection) -> None:
    await connection.set_type_codec("jsonb", encoder=_dumps, decoder=orjson.loads, schema="pg_catalog")
    await connection.execute("SET plan_cache_mode = force_generic_plan")


def _dumps(value: Any) -> str:
    return orjson.dumps(value).decode()


app = FastAPI(lifespan=lifespan, openapi_url=None)
app.include_router(by_hand_nearby.router)

KEY = "SELECT id, account_id, mode, secret_hash, revoked_at, expires_at FROM accounts_apikey WHERE id = $1"
COUNT = """
INSERT INTO agents_api_callrate AS rate (caller, full_at) VALUES ($1, $2::timestamptz + $3::interval)
ON CONFLICT (caller) DO UPDATE SET full_at = greatest(rate.full_at, $2) + $3
    WHERE greatest(rate.full_at, $2) + $3 <= $2 + $4::interval
RETURNING full_at
"""
_SHOWN = "id state version mode title questions criteria latitude_e7 longitude_e7 radius_m opens_at closes_at slots \
free_slots unfinished_slots reward_micros blocked_reward_micros fee_micros media media_count challenge accuracy_m \
daylight review review_hours least_reputation distinct_scouts private_note metadata findings created_at opened_at \
ended_at"
_ASKING = """
LEFT JOIN LATERAL (
    SELECT id AS asking_id, review_due_at AS asking_until FROM bounties_submission
    WHERE bounty_id = bounty.id AND state = 'in_review' AND reviewer = 'buyer' ORDER BY review_due_at, id LIMIT 1
) AS asking ON true
"""
_COLUMNS = ", ".join(f"bounty.{name}" for name in _SHOWN.split())
_OF = f"SELECT {_COLUMNS}, asking_id, asking_until FROM bounties_bounty AS bounty {_ASKING}"
ONE = f"{_OF} WHERE bounty.id = $1 AND buyer_id = $2"
MANY = f"{_OF} WHERE buyer_id = $1 ORDER BY bounty.id DESC LIMIT $2"


async def called(request: Request, pool: asyncpg.Pool) -> Any:
    presented = key_text.read(request.headers.get("authorization", "").removeprefix("Bearer "))
    if presented is None:
        raise HTTPException(401)
    since, row = _known.get(presented.id, (0.0, None))
    if time.monotonic() - since > FRESH_SECONDS:
        since = time.monotonic()
        row = await pool.fetchrow(KEY, presented.id)
        _known[presented.id] = since, row
    if row is None or not hmac.compare_digest(row["secret_hash"], key_text.digest(presented.secret)):
        raise HTTPException(401)
    if await pool.fetchval(COUNT, f"default:{row['id']}", datetime.now(UTC), SHARE, WINDOW) is None:
        raise HTTPException(429)
    return row


def _money(micros: int) -> str:
    whole, rest = divmod(micros, 1_000_000)
    return f"{whole}.{str(rest).rjust(6, '0').rstrip('0').ljust(2, '0')}"


def shown(row: Any) -> dict[str, Any]:
    bounty = encode("bnt", row["id"])
    path = f"/v1/bounties/{bounty}"
    if row["asking_id"]:
        call = {"method": "GET", "path": f"/v1/results/{encode('sub', row['asking_id'])}"}
        following = {"do": "review", "call": call, "until": row["asking_until"]}
    else:
        call = {"method": "GET", "path": f"{path}?wait=45&since_version={row['version']}"}
        following = {"do": "wait", "call": call, "until": row["closes_at"]}
    proof = {
        "media": row["media"],
        "count": row["media_count"],
        "challenge": row["challenge"],
        "accuracy_m": row["accuracy_m"],
        "daylight": row["daylight"],
    }
    names = (
        "version mode title questions criteria slots free_slots unfinished_slots review review_hours least_reputation \
distinct_scouts private_note metadata findings created_at opened_at ended_at"
    )
    return {
        "id": bounty,
        "object": "bounty",
        "status": row["state"],
        **{name: row[name] for name in names.split()},
        "place": {
            "lat": row["latitude_e7"] / 1e7,
            "lng": row["longitude_e7"] / 1e7,
            "radius_m": row["radius_m"],
        },
        "window": {"opens_at": row["opens_at"], "closes_at": row["closes_at"]},
        "reward": _money(row["reward_micros"]),
        "blocked_reward": _money(row["blocked_reward_micros"]),
        "fee": _money(row["fee_micros"]),
        "currency": "usd",
        "total": _money((row["reward_micros"] + row["fee_micros"]) * row["slots"]),
        "proof": proof,
        "next_action": following,
    }


def _written(content: Any) -> bytes:
    return orjson.dumps(content, option=orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS)


@app.get("/v1/bounties/{bounty_id}")
async def get_bounty(request: Request, bounty_id: str) -> Response:
    [pool] = _pool
    key = await called(request, pool)
    row = await pool.fetchrow(ONE, decode("bnt", bounty_id), key["account_id"])
    if row is None:
        raise HTTPException(404)
    return Response(_written(shown(row)), media_type="application/json")


@app.get("/v1/bounties")
async def list_bounties(request: Request, limit: Annotated[int, Query(ge=1, le=100)] = 25) -> Response:
    [pool] = _pool
    key = await called(request, pool)
    rows = await pool.fetch(MANY, key["account_id"], limit + 1)
    data = [shown(row) for row in rows[:limit]]
    content = {"data": data, "next": encode("cur", rows[limit - 1]["id"]) if len(rows) > limit else None}
    return Response(_written(content), media_type="application/json")


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Place(Closed):
    lat: float = Field(ge=-90, le=90)
    lng: float = Field(ge=-180, le=180)
    radius_m: int = Field(ge=1, le=50_000)


class Window(Closed):
    opens_at: datetime | None = None
    closes_at: datetime


class Proof(Closed):
    media: str = "photo"
    count: int = 1
    challenge: str = "none"


class Wish(Closed):
    title: str = Field(min_length=1, max_length=120)
    questions: list[str] = Field(min_length=1, max_length=20)
    criteria: list[str] = []
    place: Place
    window: Window
    reward: str = Field(pattern=r"^[0-9]{1,10}(\.[0-9]{1,6})?$")
    currency: str = "usd"
    slots: int = Field(1, ge=1, le=500)
    proof: Proof = Proof()
    review: str = "auto"


TURN = """
SELECT pg_try_advisory_xact_lock($1), kept.fingerprint, kept.status, kept.body FROM (VALUES (1)) AS one
LEFT JOIN agents_api_keptanswer AS kept ON kept.account_id = $2 AND kept.key = $3
"""
POST = """
WITH buyer AS (SELECT id, mode FROM accounts_account WHERE id = $2),
bounty AS (
    INSERT INTO bounties_bounty (id, buyer_id, mode, state, version, title, questions, criteria, latitude_e7,
        longitude_e7, radius_m, opens_at, closes_at, slots, free_slots, unfinished_slots, reward_micros,
        blocked_reward_micros, fee_micros, fee_basis_points, media, media_count, challenge, daylight, review,
        review_hours, least_reputation,
        distinct_scouts, private_note, metadata, findings, posted_by, created_at, opened_at, closing_as, due_at)
    SELECT $1, id, mode, 'open', 1, $3, $4::jsonb, $5::jsonb, $6, $7, $8, $9, $10, $11::smallint, $11, $11, $12, $13,
        $14, 1000, $15, $16, $17, false, $18, 24, 0, true, '', '{}', '[]', $19, $20::timestamptz, $20, '', $10
    FROM buyer RETURNING *
),
slots AS (
    INSERT INTO bounties_slot (id, bounty_id, mode, number, state)
    SELECT slot.id, bounty.id, bounty.mode, slot.number, 'open'
    FROM bounty, unnest($21::uuid[]) WITH ORDINALITY AS slot (id, number)
)
SELECT *, NULL AS asking_id, NULL AS asking_until FROM bounty
"""
HOLD = """
SELECT outcome FROM ledger_post($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, spender => $14, spent => $15)
"""
TELL = """
INSERT INTO events_event (id, account_id, mode, type, data, at) VALUES ($1, $2, $3, 'bounty.opened', $4::jsonb, $5)
"""
KEEP = """
INSERT INTO agents_api_keptanswer (account_id, key, fingerprint, status, body, created_at)
VALUES ($1, $2, $3, 201, $4, $5)
"""


@app.post("/v1/bounties")
async def post_bounty(request: Request, wish: Wish, idempotency_key: Annotated[str, Header()]) -> Response:
    [pool] = _pool
    key = await called(request, pool)
    account, at = key["account_id"], datetime.now(UTC)
    body = orjson.loads(await request.body())
    asked = hashlib.sha256(orjson.dumps(["POST", request.url.path, body], option=orjson.OPT_SORT_KEYS)).digest()
    digest = hashlib.blake2b(account.bytes + idempotency_key.encode(), digest_size=8).digest()
    async with pool.acquire() as connection, connection.transaction():
        turn = await connection.fetchrow(TURN, int.from_bytes(digest, signed=True), account, idempotency_key)
        if turn["status"] is not None:
            return Response(turn["body"], turn["status"], media_type="application/json")
        row = await _post(connection, wish, key, at)
        answer = _written(shown(row))
        await connection.execute(KEEP, account, idempotency_key, asked, answer, at)
    return Response(answer, 201, media_type="application/json")


async def _post(connection: asyncpg.Connection, wish: Wish, key: Any, at: datetime) -> Any:
    bounty_id, account = new_id(), key["account_id"]
    whole, _, rest = wish.reward.partition(".")
    reward = int(whole) * 1_000_000 + int(rest.ljust(6, "0"))
    price = SlotPrice(reward, reward * 3 // 10, 1000)
    questions: list[dict[str, Any]] = [
        {"id": f"q{number}", "text": text, "type": "text", "choices": [], "unit": None}
        for number, text in enumerate(wish.questions, 1)
    ]
    row = await connection.fetchrow(
        POST,
        *(bounty_id, account, wish.title, questions, wish.criteria),
        *(round(wish.place.lat * 1e7), round(wish.place.lng * 1e7), wish.place.radius_m),
        *(wish.window.opens_at or at, wish.window.closes_at, wish.slots, reward, price.blocked_reward_micros),
        *(price.fee_micros, wish.proof.media, wish.proof.count, wish.proof.challenge, wish.review, key["id"], at),
        [new_id() for _ in range(wish.slots)],
    )
    entry = rules.hold(book=Book.of(key["mode"]), agent_id=account, bounty_id=bounty_id, slots=wish.slots, price=price)
    lines = sorted(entry.lines, key=lambda line: line.account.hex)
    outcome = await connection.fetchval(
        HOLD,
        *(at, entry.book.mode, entry.book.currency, [UUID(hex=line.account.hex) for line in lines]),
        *([str(line.account.kind) for line in lines], [line.account.owner for line in lines]),
        *([line.account.subject for line in lines], [new_id()], [str(entry.kind)], [entry.key]),
        *([1] * len(lines), [*range(1, len(lines) + 1)], [line.amount_micros for line in lines]),
        *(key["id"], -min(line.amount_micros for line in lines)),
    )
    if outcome != "posted":
        raise HTTPException(402)
    total = _money(price.total_micros * wish.slots)
    told = {"bounty": encode("bnt", bounty_id), "version": 1, "status": "open", "total": total}
    await connection.execute(TELL, new_id(), account, key["mode"], told, at)
    return row

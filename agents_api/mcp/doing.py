"""What each tool does: a call or two of the API, and its answer in few words."""

import base64
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import orjson

from agents_api.mcp import shapes
from agents_api.mcp.asking import House
from bounties import reading
from market.config import config

LONGEST_WAIT: Final = 45
_SHOWN_RESULTS: Final = 10
_KEY: Final = "^[!-~]{1,255}$"
PREVIEW_TYPE: Final = "image/jpeg"


@dataclass(frozen=True)
class Done:
    structured: dict[str, Any]
    pictures: tuple[bytes, ...] = ()


Arguments = Mapping[str, Any]
Doing = Callable[[House, Arguments], Awaitable[Done]]


async def get_account(house: House, given: Arguments) -> Done:
    if not house.has_key:
        call = {"method": "POST", "url": f"{config.public_url}/v1/agents", "body": {"name": "<a name for yourself>"}}
        return Done(
            {
                "authenticated": False,
                "how": "This call makes a test agent with play money. Send the `key` it answers to this server as the"
                " header `Authorization: Bearer <key>`, with every request.",
                "call": call,
            }
        )
    account = await house.get("/v1/account")
    balance = await house.get("/v1/balance")
    shown = {name: account[name] for name in ("id", "name", "mode", "claimed", "time")}
    if account["frozen"]:
        shown["frozen"] = True
    scopes = account["key"]["scopes"]
    return Done(
        {
            "authenticated": True,
            **shown,
            "scopes": scopes,
            "available": balance["available"],
            "held": balance["held"],
        }
    )


async def quote_bounty(house: House, given: Arguments) -> Done:
    return Done(shapes.quote(await house.post("/v1/quotes", given)))


async def post_bounty(house: House, given: Arguments) -> Done:
    wish = {name: value for name, value in given.items() if name != "idempotency_key"}
    return Done(shapes.bounty(await house.post("/v1/bounties", wish, once=_once("post_bounty", given))))


async def get_bounty(house: House, given: Arguments) -> Done:
    answer, results = await _look(house, _path("bounties", given["bounty_id"]))
    return Done(shapes.bounty(answer, results))


async def wait_for_bounty(house: House, given: Arguments) -> Done:
    """Through whatever happens on the way, to something that the agent can do or wants to see."""
    path = _path("bounties", given["bounty_id"])
    known = reading.integer(given.get("known_results", 0), param="/known_results", least=0, most=10_000)
    seconds = reading.integer(given.get("seconds", LONGEST_WAIT), param="/seconds", least=0, most=LONGEST_WAIT)
    if seconds:
        await house.get(path, wait=seconds, results=known + 1)
    answer, results = await _look(house, path)
    return Done(shapes.bounty(answer, results))


async def list_bounties(house: House, given: Arguments) -> Done:
    answer = await house.get("/v1/bounties", **{"limit": 10, **given})
    rows = [shapes.listed(each) for each in answer["data"]]
    return Done({"data": rows} | ({"cursor": answer["next"]} if answer["next"] else {}))


async def get_result(house: House, given: Arguments) -> Done:
    answer = await house.get(_path("results", given["result_id"]))
    fetched = [await house.fetch(each["preview_url"]) for each in answer.get("media", ()) if each.get("preview_url")]
    return Done(shapes.result(answer), tuple(each for each in fetched if each is not None))


async def set_webhook(house: House, given: Arguments) -> Done:
    wish = {name: value for name, value in given.items() if name != "idempotency_key"}
    answer = await house.post("/v1/webhook-endpoints", wish, once=_once("set_webhook", given))
    names = ("id", "url", "types", "status", "secret")
    return Done({name: answer[name] for name in names if answer.get(name) not in (None, [])})


async def review_result(house: House, given: Arguments) -> Done:
    if given["decision"] not in ("accept", "reject"):
        raise reading.InvalidField("This must be accept or reject.", param="/decision")
    body = {name: given[name] for name in ("ground", "note") if name in given}
    if given["decision"] == "accept" and body:
        raise reading.InvalidField("Only a rejection has a ground and a note.", param=f"/{next(iter(body))}")
    path = f"{_path('results', given['result_id'])}/{given['decision']}"
    return Done(shapes.result(await house.post(path, body, once=_once("review_result", given))))


async def cancel_bounty(house: House, given: Arguments) -> Done:
    path = _path("bounties", given["bounty_id"])
    return Done(shapes.bounty(await house.post(f"{path}/cancel", {}, once=_once("cancel_bounty", given))))


DOINGS: Final[Mapping[str, Doing]] = {
    each.__name__: each
    for each in (
        get_account,
        quote_bounty,
        post_bounty,
        get_bounty,
        wait_for_bounty,
        list_bounties,
        get_result,
        set_webhook,
        review_result,
        cancel_bounty,
    )
}


async def _look(house: House, path: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A bounty and its results. The bounty last: its `next_action` then knows of every result that is shown."""
    results = await house.get(f"{path}/results", limit=_SHOWN_RESULTS)
    return await house.get(path), results["data"]


def _path(kind: str, text: object) -> str:
    # An id that is none goes on as it is, in one piece: the API says that there is no such thing.
    return f"/v1/{kind}/{quote(str(text), safe='')}"


def _once(tool: str, given: Arguments) -> str:
    """The caller's key, or one made of what is asked: asked again, it is the same request."""
    chosen = given.get("idempotency_key")
    if chosen is not None:
        # As a header it would be refused in the words of headers, which a model has none of.
        if not isinstance(chosen, str) or not reading.matches(_KEY, chosen):
            raise reading.InvalidField("This must be 1 to 255 visible ASCII characters.", param="/idempotency_key")
        return chosen
    said = orjson.dumps([tool, dict(given)], option=orjson.OPT_SORT_KEYS)
    return f"mcp-{base64.b32encode(hashlib.sha256(said).digest()[:20]).decode().lower()}"

"""From nothing but an address to an accepted result: `python -m tests.bench.first_result [--url http://localhost:8000]`.

Follows `next_action` and nothing else, over REST and over MCP, and prints what it cost: calls, seconds, bytes, and what
a model would have read and written in tokens of o200k. The scout is simulated; everything after it is not. What it
cost once stands in docs/measured.md.
"""

import argparse
import asyncio
import json
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import rs_bpe
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

_O200K = rs_bpe.openai.o200k_base()
_LONGEST = 60.0
_ASKED = "| asked, at most | 6 | 15 | | | |"


@dataclass
class Cost:
    calls: list[str] = field(default_factory=list)
    sent: int = 0
    received: int = 0
    tokens: int = 0
    began: float = field(default_factory=time.monotonic)

    def add(self, what: str, sent: str, received: str) -> None:
        self.calls.append(what)
        self.sent += len(sent.encode())
        self.received += len(received.encode())
        self.tokens += _O200K.count(sent) + _O200K.count(received)

    def row(self, door: str) -> str:
        seconds = time.monotonic() - self.began
        return f"| {door} | {len(self.calls)} | {seconds:.1f} | {self.sent} | {self.received} | {self.tokens} |"


def wish() -> dict[str, Any]:
    now = datetime.now(UTC).replace(microsecond=0)
    window = {"opens_at": now.isoformat(), "closes_at": (now + timedelta(hours=6)).isoformat()}
    return {
        "title": "Is the bakery open?",
        "questions": ["Is the bakery on the corner open right now?"],
        "place": {"lat": 52.52, "lng": 13.405, "radius_m": 60},
        "window": window,
        "reward": "2.50",
    }


def by_rest(url: str) -> Cost:
    cost, key = Cost(), ""
    with httpx2.Client(base_url=url, timeout=_LONGEST) as http:

        def call(method: str, path: str, body: dict[str, Any] | None = None) -> Any:
            headers = {"Authorization": f"Bearer {key}"} if key else {}
            if method == "POST":
                headers["Idempotency-Key"] = f"{len(cost.calls)}"
            answer = http.request(method, path, json=body, headers=headers)
            if answer.is_error:
                raise SystemExit(f"{method} {path}: {answer.text}")
            cost.add(f"{method} {path.partition('?')[0]}", json.dumps(body or {}), answer.text)
            return answer.json()

        key = call("POST", "/v1/agents", {"name": "Bench"})["key"]
        call("POST", "/v1/quotes", wish())
        at_hand = call("POST", "/v1/bounties", {**wish(), "simulate": {"outcome": "good"}})
        while (following := at_hand["next_action"]["call"]) and at_hand["status"] != "accepted":
            body = following.get("body", {}) if following["method"] == "POST" else None
            at_hand = call(following["method"], following["path"], body)
    return cost


async def by_mcp(url: str) -> Cost:
    cost = Cost()
    signed = httpx2.post(f"{url}/v1/agents", json={"name": "Bench"})
    cost.add("POST /v1/agents", '{"name": "Bench"}', signed.text)
    headers = {"Authorization": f"Bearer {signed.json()['key']}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=_LONGEST) as http,
        Client(streamable_http_client(f"{url}/mcp", http_client=http)) as talking,
    ):

        async def call(tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
            answer = await talking.call_tool(tool, arguments)
            told: dict[str, Any] = answer.structured_content or {}
            if answer.is_error:
                raise SystemExit(f"{tool}: {told}")
            cost.add(tool, json.dumps(arguments), json.dumps(told))
            return told

        await call("quote_bounty", wish())
        at_hand = await call("post_bounty", {**wish(), "simulate": {"outcome": "good"}})
        while at_hand["status"] != "accepted" and at_hand["next"].get("tool"):
            at_hand = await call(at_hand["next"]["tool"], at_hand["next"].get("arguments") or {})
    return cost


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://localhost:8000")
    url = parser.parse_args().url.rstrip("/")
    print("| door | calls | seconds | bytes sent | bytes received | tokens |\n|---|---|---|---|---|---|")
    print(_ASKED)
    rest = by_rest(url)
    print(rest.row("REST"), flush=True)
    mcp = asyncio.run(by_mcp(url))
    print(mcp.row("MCP"))
    for door, cost in (("REST", rest), ("MCP", mcp)):
        print(f"\n{door}: {', '.join(cost.calls)}")


if __name__ == "__main__":
    main()

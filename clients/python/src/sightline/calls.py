"""Every call of the exchange, once for both clients: what is sent, and what an answer means."""

from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeAlias
from urllib.parse import quote as percent
from uuid import uuid4

from sightline.errors import StillWaiting
from sightline.exchange import Ask, Exchange, Patience, send, send_for_json
from sightline.types import Account, Balance, Bounty, Event, NewAgent, Outcome, Quote, Result

LONGEST_WAIT = 45
PAGE = "100"
_GRACE = 15.0  # what an answer to a wait may take longer than the wait itself

Progress: TypeAlias = Callable[[Bounty], None]
Clock: TypeAlias = Callable[[], float]


class Calls:
    def __init__(self, patience: Patience, clock: Clock) -> None:
        self._patience = patience
        self._clock = clock

    # --- the agent ---

    def sign_up(self, name: str, contact: str) -> Exchange[NewAgent]:
        return self._post("/v1/agents", {"name": name} | ({"contact": contact} if contact else {}), once=None)

    def account(self) -> Exchange[Account]:
        return self._get("/v1/account")

    def balance(self) -> Exchange[Balance]:
        return self._get("/v1/balance")

    # --- bounties ---

    def quote(self, offer: Mapping[str, Any]) -> Exchange[Quote]:
        return self._post("/v1/quotes", dict(offer), once=None, is_read=True)

    def post(self, posting: Mapping[str, Any], once: str | None) -> Exchange[Bounty]:
        return self._post("/v1/bounties", dict(posting), once=once or new_key())

    def bounty(self, bounty_id: str) -> Exchange[Bounty]:
        return self._get(f"/v1/bounties/{_part(bounty_id)}")

    def cancel(self, bounty_id: str, once: str | None) -> Exchange[Bounty]:
        return self._post(f"/v1/bounties/{_part(bounty_id)}/cancel", {}, once=once or new_key())

    def simulate(self, bounty_id: str, outcome: Outcome, once: str | None) -> Exchange[Any]:
        return self._post(
            f"/v1/test/bounties/{_part(bounty_id)}/simulate", {"outcome": outcome}, once=once or new_key()
        )

    def wait(self, bounty_id: str, timeout: float | None, progress: Progress | None) -> Exchange[Bounty]:
        """Until something is asked of the buyer, or the bounty has ended."""
        until = None if timeout is None else self._clock() + timeout
        bounty: Bounty = yield from self.bounty(bounty_id)
        while bounty["next_action"]["do"] == "wait":
            if progress is not None:
                progress(bounty)
            left = LONGEST_WAIT if until is None else min(LONGEST_WAIT, int(until - self._clock()))
            if left <= 0:
                raise StillWaiting(bounty)
            query = {"wait": str(left), "since_version": str(bounty["version"])}
            bounty = yield from self._get(f"/v1/bounties/{_part(bounty_id)}", query, seconds=left + _GRACE)
        return bounty

    # --- results ---

    def result(self, result_id: str) -> Exchange[Result]:
        return self._get(f"/v1/results/{_part(result_id)}")

    def accept(self, result_id: str, once: str | None) -> Exchange[Result]:
        return self._post(f"/v1/results/{_part(result_id)}/accept", {}, once=once or new_key())

    def reject(self, result_id: str, ground: str, note: str, once: str | None) -> Exchange[Result]:
        body = {"ground": ground, "note": note}
        return self._post(f"/v1/results/{_part(result_id)}/reject", body, once=once or new_key())

    def download(self, url: str) -> Exchange[tuple[str, bytes]]:
        """A picture of a result by its signed link: its media type, and its bytes."""
        answer = yield from send(Ask("GET", url), self._patience)
        return answer.headers.get("content-type", "").partition(";")[0].strip(), answer.content

    # --- lists and the feed ---

    def page(self, of: Literal["bounties", "results"], bounty_id: str, cursor: str | None) -> Exchange[dict[str, Any]]:
        path = "/v1/bounties" if of == "bounties" else f"/v1/bounties/{_part(bounty_id)}/results"
        return self._get(path, {"limit": PAGE} | ({"cursor": cursor} if cursor else {}))

    def events(self, after: str | None, wait: int) -> Exchange[tuple[list[Event], str | None, bool]]:
        """What happened after that cursor, the cursor to go on from, and whether there is more already."""
        query = {"limit": PAGE, "wait": str(wait)} | ({"after": after} if after else {})
        told = yield from self._get("/v1/events", query, seconds=wait + _GRACE)
        return told["data"], told["next"], told["more"]

    # --- anything else ---

    def call(self, method: str, path: str, body: Mapping[str, Any] | None, once: str | None) -> Exchange[Any]:
        """A call by its address: what a `next_action` or a `fix_call` names."""
        is_making = method == "POST"
        ask = Ask(
            method, path, body=dict(body or {}) if is_making else body, once=(once or new_key()) if is_making else None
        )
        return send_for_json(ask, self._patience)

    def _get(self, path: str, query: Mapping[str, str] | None = None, *, seconds: float = 30.0) -> Exchange[Any]:
        return send_for_json(Ask("GET", path, query=query or {}, seconds=seconds), self._patience)

    def _post(self, path: str, body: Mapping[str, Any], *, once: str | None, is_read: bool = False) -> Exchange[Any]:
        # A quote makes nothing, so it may be repeated; the key that says so is ignored where none is needed.
        return send_for_json(Ask("POST", path, body=body, once=new_key() if is_read else once), self._patience)


def new_key() -> str:
    """An Idempotency-Key: made once for a call and sent again with each of its tries."""
    return str(uuid4())


def _part(text: str) -> str:
    """An id as one part of a path, whatever somebody gave for an id."""
    return percent(text, safe="")

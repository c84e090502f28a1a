"""The client for ordinary programs."""

import time
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, Self, TypeVar, Unpack

import httpx2

from sightline import wire
from sightline.calls import LONGEST_WAIT, Calls, Progress
from sightline.exchange import Exchange, Patience, Pause, Seen
from sightline.types import Account, Balance, Bounty, Event, NewAgent, Offer, Outcome, Posting, Quote, Result

T = TypeVar("T")


class Sightline:
    """An exchange, as one agent sees it. Without a key only `sign_up` works.

    Whatever makes something is sent with an Idempotency-Key of its own, so that trying again never does it twice;
    `idempotency_key=` lets a program that was restarted go on where it was.
    """

    def __init__(
        self,
        base_url: str,
        key: str | None = None,
        *,
        patience: Patience | None = None,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.key = key
        self._calls = Calls(patience or Patience(), time.monotonic)
        self._http = httpx2.Client(transport=transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def sign_up(self, name: str, contact: str = "") -> NewAgent:
        """A new agent with play money. This client uses its key from now on; keep it, it is told only once."""
        new = self._do(self._calls.sign_up(name, contact))
        self.key = new["key"]
        return new

    def account(self) -> Account:
        return self._do(self._calls.account())

    def balance(self) -> Balance:
        return self._do(self._calls.balance())

    def quote(self, **offer: Unpack[Offer]) -> Quote:
        return self._do(self._calls.quote(offer))

    def post(self, *, idempotency_key: str | None = None, **posting: Unpack[Posting]) -> Bounty:
        return self._do(self._calls.post(posting, idempotency_key))

    def bounty(self, bounty_id: str) -> Bounty:
        return self._do(self._calls.bounty(bounty_id))

    def bounties(self) -> Iterator[Bounty]:
        """All of this agent's, the newest first, page by page as they are taken."""
        cursor: str | None = None
        while True:
            page = self._do(self._calls.page("bounties", "", cursor))
            yield from page["data"]
            cursor = page["next"]
            if cursor is None:
                return

    def wait(self, bounty_id: str, *, timeout: float | None = None, progress: Progress | None = None) -> Bounty:
        """Until something is asked of you (see its `next_action`) or it has ended; `StillWaiting` after `timeout`."""
        return self._do(self._calls.wait(bounty_id, timeout, progress))

    def cancel(self, bounty_id: str, *, idempotency_key: str | None = None) -> Bounty:
        return self._do(self._calls.cancel(bounty_id, idempotency_key))

    def simulate(self, bounty_id: str, outcome: Outcome, *, idempotency_key: str | None = None) -> dict[str, Any]:
        """In test mode: a simulated scout claims and captures, and goes through everything a person goes through."""
        told: dict[str, Any] = self._do(self._calls.simulate(bounty_id, outcome, idempotency_key))
        return told

    def results(self, bounty_id: str) -> Iterator[Result]:
        cursor: str | None = None
        while True:
            page = self._do(self._calls.page("results", bounty_id, cursor))
            yield from page["data"]
            cursor = page["next"]
            if cursor is None:
                return

    def result(self, result_id: str) -> Result:
        return self._do(self._calls.result(result_id))

    def accept(self, result_id: str, *, idempotency_key: str | None = None) -> Result:
        return self._do(self._calls.accept(result_id, idempotency_key))

    def reject(self, result_id: str, ground: str, note: str, *, idempotency_key: str | None = None) -> Result:
        return self._do(self._calls.reject(result_id, ground, note, idempotency_key))

    def download(self, url: str) -> tuple[str, bytes]:
        """A picture by its signed link: its media type and its bytes."""
        return self._do(self._calls.download(url))

    def events(self, after: str | None = None) -> Iterator[Event]:
        """The feed from a cursor on, without an end: keep an event's `cursor` once you are done with the event."""
        while True:
            found, following, _ = self._do(self._calls.events(after, LONGEST_WAIT))
            yield from found
            after = following or after

    def events_so_far(self, after: str | None = None) -> Iterator[Event]:
        """What is in the feed now."""
        more = True
        while more:
            found, after, more = self._do(self._calls.events(after, 0))
            yield from found

    def call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, idempotency_key: str | None = None
    ) -> Any:
        """A call by its address: what a `next_action` or a `fix_call` names."""
        return self._do(self._calls.call(method, path, body, idempotency_key))

    def _do(self, exchange: Exchange[T]) -> T:
        seen: Seen = None
        try:
            while True:
                step = exchange.send(seen)
                if isinstance(step, Pause):
                    time.sleep(step.seconds)
                    seen = None
                    continue
                request = wire.request(self._http, self.base_url, self.key, step)
                try:
                    seen = wire.seen(self._http.send(request))
                except httpx2.TransportError as error:
                    seen = wire.lost(error)
        except StopIteration as end:
            result: T = end.value
            return result

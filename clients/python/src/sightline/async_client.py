"""The client for programs with an event loop: the same calls, awaited."""

import time
from collections.abc import AsyncIterator, Mapping
from types import TracebackType
from typing import Any, Self, TypeVar, Unpack

import anyio
import httpx2

from sightline import wire
from sightline.calls import LONGEST_WAIT, Calls, Progress
from sightline.exchange import Exchange, Patience, Pause, Seen
from sightline.types import Account, Balance, Bounty, Event, NewAgent, Offer, Outcome, Posting, Quote, Result

T = TypeVar("T")


class AsyncSightline:
    """`Sightline`, awaited: see there for what each call means."""

    def __init__(
        self,
        base_url: str,
        key: str | None = None,
        *,
        patience: Patience | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.key = key
        self._calls = Calls(patience or Patience(), time.monotonic)
        self._http = httpx2.AsyncClient(transport=transport)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._http.aclose()

    async def sign_up(self, name: str, contact: str = "") -> NewAgent:
        new = await self._do(self._calls.sign_up(name, contact))
        self.key = new["key"]
        return new

    async def account(self) -> Account:
        return await self._do(self._calls.account())

    async def balance(self) -> Balance:
        return await self._do(self._calls.balance())

    async def quote(self, **offer: Unpack[Offer]) -> Quote:
        return await self._do(self._calls.quote(offer))

    async def post(self, *, idempotency_key: str | None = None, **posting: Unpack[Posting]) -> Bounty:
        return await self._do(self._calls.post(posting, idempotency_key))

    async def bounty(self, bounty_id: str) -> Bounty:
        return await self._do(self._calls.bounty(bounty_id))

    async def bounties(self) -> AsyncIterator[Bounty]:
        cursor: str | None = None
        while True:
            page = await self._do(self._calls.page("bounties", "", cursor))
            for each in page["data"]:
                yield each
            cursor = page["next"]
            if cursor is None:
                return

    async def wait(
        self,
        bounty_id: str,
        *,
        timeout: float | None = None,  # noqa: ASYNC109 - it ends between two answers, never inside one
        progress: Progress | None = None,
    ) -> Bounty:
        return await self._do(self._calls.wait(bounty_id, timeout, progress))

    async def cancel(self, bounty_id: str, *, idempotency_key: str | None = None) -> Bounty:
        return await self._do(self._calls.cancel(bounty_id, idempotency_key))

    async def simulate(self, bounty_id: str, outcome: Outcome, *, idempotency_key: str | None = None) -> dict[str, Any]:
        told: dict[str, Any] = await self._do(self._calls.simulate(bounty_id, outcome, idempotency_key))
        return told

    async def results(self, bounty_id: str) -> AsyncIterator[Result]:
        cursor: str | None = None
        while True:
            page = await self._do(self._calls.page("results", bounty_id, cursor))
            for each in page["data"]:
                yield each
            cursor = page["next"]
            if cursor is None:
                return

    async def result(self, result_id: str) -> Result:
        return await self._do(self._calls.result(result_id))

    async def accept(self, result_id: str, *, idempotency_key: str | None = None) -> Result:
        return await self._do(self._calls.accept(result_id, idempotency_key))

    async def reject(self, result_id: str, ground: str, note: str, *, idempotency_key: str | None = None) -> Result:
        return await self._do(self._calls.reject(result_id, ground, note, idempotency_key))

    async def download(self, url: str) -> tuple[str, bytes]:
        return await self._do(self._calls.download(url))

    async def events(self, after: str | None = None) -> AsyncIterator[Event]:
        while True:
            found, following, _ = await self._do(self._calls.events(after, LONGEST_WAIT))
            for each in found:
                yield each
            after = following or after

    async def events_so_far(self, after: str | None = None) -> AsyncIterator[Event]:
        more = True
        while more:
            found, after, more = await self._do(self._calls.events(after, 0))
            for each in found:
                yield each

    async def call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, idempotency_key: str | None = None
    ) -> Any:
        return await self._do(self._calls.call(method, path, body, idempotency_key))

    async def _do(self, exchange: Exchange[T]) -> T:
        seen: Seen = None
        try:
            while True:
                step = exchange.send(seen)
                if isinstance(step, Pause):
                    await anyio.sleep(step.seconds)
                    seen = None
                    continue
                request = wire.request(self._http, self.base_url, self.key, step)
                try:
                    seen = wire.seen(await self._http.send(request))
                except httpx2.TransportError as error:
                    seen = wire.lost(error)
        except StopIteration as end:
            result: T = end.value
            return result

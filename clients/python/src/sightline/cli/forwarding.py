"""Bringing events to a program that the exchange cannot reach: behind a firewall, on a laptop."""

import json
import time
from types import TracebackType
from typing import Self

import httpx2

from sightline.errors import SightlineError
from sightline.exchange import Patience
from sightline.types import Event
from sightline.webhooks import sign


class NotForwarded(SightlineError):
    """The program behind --forward does not take an event, however often it is offered."""


class Forwarder:
    """In order, and each until it is taken: an event that is skipped would be lost on whoever only reads these."""

    def __init__(self, url: str, secret: str | None, *, patience: Patience | None = None) -> None:
        self._url = url
        self._secret = secret
        self._patience = patience or Patience(tries=10)
        self._http = httpx2.Client(timeout=30.0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def bring(self, event: Event) -> int:
        body = json.dumps({"type": event["type"], "timestamp": event["at"], "data": event["data"]}).encode()
        why = ""
        for tried in range(1, self._patience.tries + 1):
            try:
                answer = self._http.post(self._url, content=body, headers=self._headers(event, body))
            except httpx2.TransportError as error:
                why = f"{type(error).__name__}: {error}"
            else:
                if answer.is_success:
                    return answer.status_code
                why = f"it answers with status {answer.status_code}"
            if tried < self._patience.tries:
                time.sleep(self._patience.pause(tried))
        raise NotForwarded(
            f"{event['id']} is not taken: {why}. Go on with --after {event['cursor']} once it is handled."
        )

    def _headers(self, event: Event, body: bytes) -> dict[str, str]:
        sent_at = int(time.time())
        headers = {"Content-Type": "application/json", "webhook-id": event["id"], "webhook-timestamp": str(sent_at)}
        if self._secret:
            headers["webhook-signature"] = sign(body, event["id"], sent_at, self._secret)
        return headers

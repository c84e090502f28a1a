"""From what is asked to an HTTP request, and from what happened to what was seen. No rule of retrying is here."""

import json
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx2

from sightline.exchange import Answer, Ask, Lost

try:
    VERSION = version("sightline-client")
except PackageNotFoundError:  # run from a checkout
    VERSION = "0"


def request(client: httpx2.Client | httpx2.AsyncClient, base_url: str, key: str | None, ask: Ask) -> httpx2.Request:
    url = urljoin(base_url + "/", ask.path)
    headers = {"Accept": "application/json, image/*;q=0.9, */*;q=0.5", "User-Agent": f"sightline-client/{VERSION}"}
    # A signed link may lead to a store elsewhere, which has no business with our key.
    if key is not None and urlsplit(url)[:2] == urlsplit(base_url)[:2]:
        headers["Authorization"] = f"Bearer {key}"
    if ask.once is not None:
        headers["Idempotency-Key"] = ask.once
    if ask.if_match is not None:
        headers["If-Match"] = ask.if_match
    content: bytes | None = None
    if ask.body is not None:
        content, headers["Content-Type"] = json.dumps(ask.body, allow_nan=False).encode(), "application/json"
    query: Any = dict(ask.query) or None
    return client.build_request(ask.method, url, params=query, headers=headers, content=content, timeout=ask.seconds)


def seen(response: httpx2.Response) -> Answer:
    return Answer(response.status_code, response.headers, response.content)


def lost(error: httpx2.TransportError) -> Lost:
    was_sent = not isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.PoolTimeout)
    return Lost(f"{type(error).__name__}: {error}".rstrip(": "), was_sent)

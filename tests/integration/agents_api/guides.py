"""The requests that stand in a guide, carried out one after the other, and the answers beside them.

A block marked `http` is a request; a block marked `json 201` after it is what it was answered; there are no others but
`text`, which a test of its own compares. In an answer `…` stands
for anything: alone, for any value; at the end of a text, for its end; as a name, for further fields. Times in a guide
are those of an example day and are moved to today.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from django.test import Client

WRITTEN_AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
_BLOCK = re.compile(r"^```([a-z]+)(?: (\d{3}))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_TIME = re.compile(r"2026-11-2\dT\d\d:\d\d:\d\dZ")


@dataclass(frozen=True)
class Example:
    method: str
    path: str
    headers: Mapping[str, str]
    body: str
    status: int | None
    answer: str | None


def blocks(text: str) -> list[tuple[str, str, str]]:
    """Kind, status and content of each block. Every fence is one: none is left out for how it is written."""
    found = [match.group(1, 2, 3) for match in _BLOCK.finditer(text)]
    assert 2 * len(found) == sum(line.lstrip().startswith("```") for line in text.split("\n"))
    return [(kind, status or "", content) for kind, status, content in found]


def examples(text: str) -> Iterator[Example]:
    found = blocks(text)
    for (kind, status, _), (following, _, _) in pairwise([("", "", ""), *found, ("", "", "")]):
        assert kind in {"", "http", "json", "text"}, kind
        assert following != "json" or kind == "http", "an answer to no request"
        assert kind != "json" or status, "an answer without its status"
    for (kind, _, content), (following, status, answer) in pairwise([*found, ("", "", "")]):
        if kind != "http":
            continue
        head, _, body = content.partition("\n\n")
        (method, path), *headers = [line.split(None, 1) for line in head.strip().split("\n")]
        yield Example(
            method,
            path,
            {name.rstrip(":"): value for name, value in headers},
            body.strip(),
            int(status) if following == "json" else None,
            answer if following == "json" else None,
        )


@dataclass
class Reader:
    """Somebody who does what the guide says, from the top."""

    client: Client
    now: datetime
    known: dict[str, str] = field(default_factory=dict)
    authorized: bool = False  # whether the guide has said that every call carries the key

    def follow(self, example: Example) -> tuple[int, Any]:
        headers = {name: self._fill(value) for name, value in example.headers.items()}
        if self.authorized and "KEY" in self.known:
            headers.setdefault("Authorization", f"Bearer {self.known['KEY']}")
        answer = self.client.generic(
            example.method,
            self._fill(example.path),
            self._fill(example.body).encode(),
            content_type="application/json",
            headers=headers,
        )
        told = answer.json() if answer.content else None
        self._learn(told)
        return answer.status_code, told

    def expected(self, example: Example) -> Any:
        return json.loads(self._fill(example.answer or "null"))

    def _fill(self, text: str) -> str:
        for name, value in self.known.items():
            text = text.replace(f"${name}", value)
        assert "$" not in text, text
        return _TIME.sub(lambda match: self._today(match.group()), text)

    def _today(self, text: str) -> str:
        moved = self.now + (datetime.fromisoformat(text) - WRITTEN_AT)
        return moved.isoformat(timespec="seconds").replace("+00:00", "Z")

    def _learn(self, told: Any) -> None:
        if not isinstance(told, dict):
            return
        if isinstance(told.get("key"), str):
            self.known["KEY"] = told["key"]
        for each in (told, *(told["data"] if isinstance(told.get("data"), list) else ())):
            if isinstance(each, dict) and isinstance(each.get("object"), str) and "id" in each:
                self.known.setdefault(each["object"].upper(), each["id"])


def differences(shown: Any, told: Any, *, at: str = "") -> list[str]:
    """Where an answer is not what the guide shows. None: it came back as shown."""
    if shown == "…":
        return []
    if isinstance(shown, str) and shown.endswith("…"):
        return [] if isinstance(told, str) and told.startswith(shown[:-1]) else [f"{at}: {shown!r} and not {told!r}"]
    if isinstance(shown, dict) and isinstance(told, dict):
        named = {name: value for name, value in shown.items() if name != "…"}
        found = [
            each for name, value in named.items() for each in differences(value, told.get(name), at=f"{at}/{name}")
        ]
        more = set(told) - set(named)
        return found + ([f"{at}: also {sorted(more)}"] if more and "…" not in shown else [])
    if isinstance(shown, list) and isinstance(told, list) and len(shown) == len(told):
        both = enumerate(zip(shown, told, strict=True))
        return [each for n, (one, other) in both for each in differences(one, other, at=f"{at}/{n}")]
    return [] if shown == told else [f"{at}: {shown!r} and not {told!r}"]

"""A stateful twin of Stripe on loopback, in a process of its own, and the hand that the tests lead it with.

It speaks Stripe's wire: forms and JSON, idempotency keys, lists, signed webhooks. What it is asked is held against the
SDK's own generated parameter types, what it answers against the fields of the SDK's classes. It shows no hosted page
but the one button of its payment page, knows no bank, and decides nothing about a scout by itself.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

ROOT = Path(__file__).resolve().parents[3]
API_KEY = "sk_test_twin"
SECRETS = {"platform": "whsec_twin_platform", "connect": "whsec_twin_connect", "thin": "whsec_twin_thin"}


class Twin:
    def __init__(self, address: str) -> None:
        self.address = address

    def command(self, name: str, **said: Any) -> Any:
        request = Request(f"{self.address}/_twin/{name}", json.dumps(said).encode())
        with urlopen(request, timeout=60) as answer:
            return json.load(answer)["done"]

    def forget(self) -> None:
        """Begin anew: nothing has ever happened."""
        self.command("forget")

    def pay(self, session_id: str, *, card: str = "ok") -> dict[str, Any]:
        return dict(self.command("pay", id=session_id, card=card))

    def fault(self, match: str, do: str, *, times: int = 1, seconds: float = 0.0) -> None:
        """`do`: fail, fail_after (500 before or after acting, kept under the key), drop, drop_after (no answer),
        limit (429), away (503, not kept), slow."""
        self.command("fault", match=match, do=do, times=times, seconds=seconds)

    def advance(self, seconds: float) -> None:
        self.command("advance", seconds=int(seconds))

    def webhooks(self, **how: Any) -> list[tuple[str, str, str]]:
        """What Stripe would send now: (platform | connect | thin, body, signature). `order`: straight, reversed,
        shuffled; `copies`; `seed`; `again`: all of them since the beginning."""
        return [(kind, body, signature) for kind, body, signature in self.command("webhooks", **how)]

    def calls(self, beginning: str = "") -> list[dict[str, str]]:
        """What was asked, as "POST /v1/transfers" and its key and body."""
        return [each for each in self.command("log") if f"{each['method']} {each['path']}".startswith(beginning)]

    def all(self, prefix: str) -> list[dict[str, Any]]:
        """Every object whose id begins so, the newest first."""
        return list(self.command("objects", prefix=prefix))


@contextmanager
def running() -> Iterator[Twin]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.fakes.stripe_twin"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        yield Twin(f"http://127.0.0.1:{int(process.stdout.readline())}")
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()

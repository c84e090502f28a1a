"""The twin's HTTP: Stripe's requests, their idempotency keys, faults on command, and commands of the tests.

Keys are kept as Stripe keeps them: the first answer that came of executing a request is given again, errors included;
the same key with another body is an error; validation and rate limits happen before, and are not kept. Version 2 keeps
no errors. Commands are POSTs of JSON below /_twin, for the tests only.
"""

import json
import random
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import stripe

from tests.fakes.stripe_twin import API_KEY, SECRETS
from tests.fakes.stripe_twin.books import Trouble
from tests.fakes.stripe_twin.routes import Routes
from tests.fakes.stripe_twin.shapes import Json, Misfit, fit, unfold

KEY_SECONDS = 86_400


@dataclass
class Fault:
    """What goes wrong with the next requests that match."""

    match: str  # "POST /v1/transfers": a beginning
    do: str  # fail, fail_after, drop, drop_after, limit, away, slow
    times: int = 1
    seconds: float = 0.0


@dataclass(frozen=True)
class Kept:
    request: tuple[str, str, str]
    status: int
    body: Json
    at: int


class Gone(Exception):
    """The connection ends without a word."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int]) -> None:
        super().__init__(address, Handler)
        self.lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        self.routes = Routes(f"http://127.0.0.1:{self.server_port}")
        self.kept: dict[str, Kept] = {}
        self.busy: set[str] = set()
        self.faults: list[Fault] = []
        self.log: list[Json] = []


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        if self.path.startswith("/pay/"):
            self._page(self.path.removeprefix("/pay/"))
        else:
            self._serve("GET")

    def do_POST(self) -> None:
        if self.path.startswith("/_twin/"):
            self._obey(self.path.removeprefix("/_twin/"))
        elif self.path.startswith("/pay/"):
            self._pay(self.path.removeprefix("/pay/"))
        else:
            self._serve("POST")

    # --- Stripe's wire ---

    def _serve(self, method: str) -> None:
        address = urlsplit(self.path)
        text = self._body() if method == "POST" else address.query
        key = self.headers.get("Idempotency-Key", "") if method == "POST" else ""
        self.server.log.append({"method": method, "path": address.path, "key": key, "body": text})
        try:
            self._answer(*self._result(method, address.path, text, key))
        except Gone:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

    def _result(self, method: str, path: str, text: str, key: str) -> tuple[int, Json, bool]:
        server = self.server
        fault = self._fault(method, path)
        if self.headers.get("Authorization") != f"Bearer {API_KEY}":
            return 401, Trouble(401, "Invalid API Key provided.").body, False
        try:
            self._before(fault)
            route, it = server.routes.find(method, path)
            is_form = method == "GET" or not path.startswith("/v2/")
            asked = fit(unfold(text) if is_form else json.loads(text), route.shape, form=is_form)
            with server.lock:
                kept = self._kept(key, (method, path, text))
                if kept is not None:
                    return self._after(fault, kept.status, kept.body, replayed=True)
                server.routes.account = self.headers.get("Stripe-Account", "")
                status, body = self._execute(lambda: server.routes.answer(route, it, asked), fault)
                if key and (status < 400 or not path.startswith("/v2/")):
                    server.kept[key] = Kept((method, path, text), status, body, server.routes.books.now())
            return self._after(fault, status, body, replayed=False)
        except Misfit as misfit:
            code = {"code": misfit.code} if misfit.code else {}
            return 400, Trouble(400, misfit.message, param=misfit.param, **code).body, False
        except Trouble as trouble:
            return trouble.status, trouble.body, False

    def _execute(self, answer: Any, fault: Fault | None) -> tuple[int, Json]:
        if fault is not None and fault.do == "fail":
            return 500, Trouble(500, "An unknown error occurred", kind="api_error").body
        try:
            made = json.loads(json.dumps(answer()))
        except Trouble as trouble:
            return trouble.status, trouble.body
        if fault is not None and fault.do == "fail_after":
            return 500, Trouble(500, "An unknown error occurred", kind="api_error").body
        return 200, made

    def _kept(self, key: str, request: tuple[str, str, str]) -> Kept | None:
        found = self.server.kept.get(key) if key else None
        if found is None or found.at + KEY_SECONDS <= self.server.routes.books.now():
            return None
        if found.request != request:
            message = (
                "Keys for idempotent requests can only be used with the same parameters they were first used with."
            )
            raise Trouble(400, message, kind="idempotency_error")
        return found

    def _fault(self, method: str, path: str) -> Fault | None:
        with self.server.lock:
            for each in self.server.faults:
                if each.times > 0 and f"{method} {path}".startswith(each.match):
                    each.times -= 1
                    return each
        return None

    def _before(self, fault: Fault | None) -> None:
        match fault and fault.do:
            case "drop":
                raise Gone
            case "limit":
                raise Trouble(429, "Too many requests.", code="rate_limit")
            case "away":
                raise Trouble(503, "Service unavailable.", kind="api_error")
            case "slow":
                assert fault is not None
                time.sleep(fault.seconds)  # what it is to be slow, not a wait for anything

    def _after(self, fault: Fault | None, status: int, body: Json, *, replayed: bool) -> tuple[int, Json, bool]:
        if fault is not None and fault.do == "drop_after":
            raise Gone
        return status, body, replayed

    def _answer(self, status: int, body: Json, replayed: bool = False) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.send_header("Request-Id", f"req_twin{len(self.server.log):06d}")
        if replayed:
            self.send_header("Idempotent-Replayed", "true")
        self.end_headers()
        self.wfile.write(text)

    def _body(self) -> str:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()

    # --- the page that a person pays on ---

    def _page(self, session_id: str) -> None:
        with self.server.lock:
            session = self.server.routes.money_in.session(session_id)
        total = f"{session['amount_total'] / 100:.2f}"
        text = (
            f"<!doctype html><title>Twin of a payment page</title><h1>{total} USD</h1>"
            f'<form method="post"><button>Pay {total}</button></form>'
        )
        self._html(200, text)

    def _pay(self, session_id: str) -> None:
        self._body()
        with self.server.lock:
            session = self.server.routes.money_in.pay(session_id)
        self.send_response(303)
        self.send_header("Location", session["success_url"])
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _html(self, status: int, text: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    # --- what the tests command ---

    def _obey(self, command: str) -> None:
        said = json.loads(self._body())
        try:
            with self.server.lock:
                done = self._do(command, said)
            self._answer(200, {"done": done})
        except Trouble as trouble:
            self._answer(trouble.status, trouble.body)

    def _do(self, command: str, said: Json) -> Any:
        server = self.server
        books, into, out = server.routes.books, server.routes.money_in, server.routes.money_out
        if command in ("pay", "finish", "refund", "finish_refund", "fail_refund", "contest", "escalate", "decide"):
            return getattr(into, command)(said.pop("id"), **said)
        if command in ("change_account", "reverse", "pay_on", "deauthorize"):
            return getattr(out, command)(said.pop("id"), **said)
        commands: dict[str, Callable[..., Any]] = {
            "forget": server.forget,
            "log": lambda: server.log,
            "fault": lambda **how: server.faults.append(Fault(**how)),
            "advance": books.advance,
            "forget_keys": server.kept.clear,
            "object": lambda wanted: books.objects[wanted],
            "objects": books.of_kind,
            "transactions": lambda: books.transactions,
            "events": lambda: books.events,
            "card": lambda method, behaves: books.cards.update({method: behaves}),
            "fund": lambda amount: books.move("topup", amount, source="tu_twin"),
            "refunds_begin": into.refunds_begin,
            "lose": books.lose,
            "calm": server.faults.clear,
            "transfer": lambda account, amount: out.make_transfer(
                {"destination": account, "amount": amount, "currency": "usd"}
            ),
            "move": lambda kind, amount, source="": books.move(kind, amount, source=source),
            "webhooks": self._signed,
            "send": self._send,
        }
        return commands[command](**said)

    def _signed(
        self, *, order: str = "straight", copies: int = 1, seed: int = 0, again: bool = False
    ) -> list[list[str]]:
        """Webhooks that are due, as (kind of address, body, signature); told once, unless all are wanted again."""
        books = self.server.routes.books
        ids = [each["id"] for each in books.events] if again else list(books.unsent)
        books.unsent.clear()
        chosen = [books.happened[each] for each in ids for _ in range(copies)]
        if order == "shuffled":
            random.Random(seed).shuffle(chosen)
        elif order == "reversed":
            chosen.reverse()
        made = []
        for event in chosen:
            kind = "thin" if event["object"] == "v2.core.event" else "connect" if "account" in event else "platform"
            body = json.dumps(event, indent=2)
            made.append([kind, body, stripe.WebhookSignature.generate_signature_header(body, SECRETS[kind])])
        return made

    def _send(self, *, to: str, **how: Any) -> list[int]:
        """The same over HTTP, to a house that is running."""
        statuses = []
        for kind, body, signature in self._signed(**how):
            request = Request(f"{to}/stripe/webhooks/{kind}", body.encode(), {"Stripe-Signature": signature})
            request.add_header("Content-Type", "application/json")
            with urlopen(request, timeout=30) as answer:
                statuses.append(answer.status)
        return statuses

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the standard library's name
        return

"""How many requests a second our door answers, beside the same calls by hand and by DRF as tutorials have it.

    python -m tests.bench.doors
    python -m tests.bench.doors --seconds 8 --rounds 5 --lines 16

Three servers with two worker processes each, on one Postgres that flushes to disk, the same payloads, the same keys:

    ours        granian's WSGI workers, as `bin/up` starts them
    by hand     FastAPI, asyncpg, SQL; uvicorn with uvloop and httptools
    idiomatic   DRF with serializers in serializers, below startproject's middleware, a kept connection; granian

In each round each call is asked of each server in turn, so that what the machine does meanwhile meets all three. The
asker has the same two cores as the servers, and takes the same of them from all three.

`get`, `list` and `post` are agents' calls. `nearby` is what the map of the people's door asks: signed-in scouts, each
around the own place, among fifty thousand open bounties; so wide that about fifty are found.

Asked for: get at least 0.75 of by hand, nearby 0.85, post 0.9, p99 at most twice; every call at least 3.5 times
idiomatic.
"""

import argparse
import asyncio
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import orjson
import psutil

from tests.bench import doors_world
from tests.bench.doors_world import CALLS
from tests.bench.here import a_house_in_earnest
from tests.workers import ROOT

OURS, BY_HAND, IDIOMATIC = "ours", "by hand", "idiomatic"


@dataclass
class Asked:
    """Of one call at one server, over all rounds."""

    rates: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    served: float = 0.0  # processor seconds: of the server's processes
    stored: float = 0.0  # and of Postgres'

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)

    def at(self, share: float) -> float:
        return sorted(self.seconds)[int(len(self.seconds) * share)] * 1e3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=4, help="of each call at each server, in each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--calls", nargs="+", choices=CALLS, default=CALLS)
    parser.add_argument("--lines", type=int, default=8, help="connections that ask at the same time")
    options = parser.parse_args()
    with a_house_in_earnest() as postgres, ExitStack() as stack:
        requests = doors_world.requests(options.calls)
        servers = {name: stack.enter_context(_Served(command)) for name, command in _servers().items()}
        found = {(call, name): Asked() for call in options.calls for name in servers}
        _check(servers, requests)
        for turn in range(-1, options.rounds):  # the first is for warming up
            for call in options.calls:
                names = list(servers)
                for name in names[turn % 3 :] + names[: turn % 3]:
                    seconds = 1.0 if turn < 0 else options.seconds
                    before = _busy(servers[name].pid), _busy(postgres)
                    times = asyncio.run(_ask(servers[name].port, requests[call], lines=options.lines, seconds=seconds))
                    after = _busy(servers[name].pid), _busy(postgres)
                    if turn >= 0:
                        each = found[call, name]
                        each.rates.append(len(times) / seconds)
                        each.seconds += times
                        each.served += after[0] - before[0]
                        each.stored += after[1] - before[1]
        _report(found, load=os.getloadavg()[0])


def _busy(pid: int) -> float:
    """Processor seconds of a process and all below it, so far."""
    root = psutil.Process(pid)
    return sum(sum(each.cpu_times()[:4]) for each in (root, *root.children(recursive=True)))


# --- the servers ------------------------------------------------------------------------------------------------------


def _servers() -> dict[str, Callable[[int], list[str]]]:
    from market.config import config
    from market.engine import house

    def ours(port: int) -> list[str]:
        return house.web(config, "--host", "127.0.0.1", "--port", str(port))

    def by_hand(port: int) -> list[str]:
        words = ["--host", "127.0.0.1", "--port", str(port), "--workers", "2", "--log-level", "warning"]
        return [sys.executable, "-m", "uvicorn", "tests.bench.yardsticks.by_hand:app", "--loop", "uvloop", *words]

    def idiomatic(port: int) -> list[str]:
        words = ["--host", "127.0.0.1", "--port", str(port), "--workers", "2", "--blocking-threads", "4"]
        application = ["tests.bench.yardsticks.idiomatic:application", "--interface", "wsgi"]
        settings = ["env", "DJANGO_SETTINGS_MODULE=tests.bench.yardsticks.idiomatic_settings"]
        return [*settings, sys.executable, "-m", "granian", *application, *words]

    return {OURS: ours, BY_HAND: by_hand, IDIOMATIC: idiomatic}


class _Served:
    def __init__(self, command: Callable[[int], list[str]]) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self._command = command(self.port)

    def __enter__(self) -> "_Served":
        self._process = subprocess.Popen(self._command, cwd=ROOT, stdout=sys.stderr)
        deadline = time.monotonic() + 90
        while True:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=5):
                    return self
            except OSError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    @property
    def pid(self) -> int:
        return self._process.pid

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(30)


# --- the asker --------------------------------------------------------------------------------------------------------


class _Line(asyncio.Protocol):
    """One connection: asks, waits for the whole answer, asks again."""

    def __init__(self, requests: Iterator[bytes], until: float, times: list[float]) -> None:
        self._requests, self._until, self._times = requests, until, times
        self._heard = b""
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._next()

    def _next(self) -> None:
        self._asked = time.perf_counter()
        self._transport.write(next(self._requests))

    def data_received(self, data: bytes) -> None:
        self._heard += data
        if not _is_whole(self._heard):
            return
        now = time.perf_counter()
        status, self._heard = self._heard[9:12], b""
        if status not in (b"200", b"201"):
            self._end(RuntimeError(f"answered {status.decode()}"))
        elif now >= self._until:
            self._end(None)
        else:
            self._times.append(now - self._asked)
            self._next()

    def connection_lost(self, error: Exception | None) -> None:
        self._end(error or RuntimeError("the server has hung up"))

    def _end(self, error: Exception | None) -> None:
        if not self.over.done():
            self.over.set_exception(error) if error else self.over.set_result(None)
            self._transport.close()


def _is_whole(heard: bytes) -> bool:
    head, found, body = heard.partition(b"\r\n\r\n")
    if not found:
        return False
    _, has_length, after = head.lower().partition(b"\r\ncontent-length:")
    return len(body) >= int(after.split(b"\r\n", 1)[0]) if has_length else body.endswith(b"0\r\n\r\n")


async def _ask(port: int, requests: Iterator[bytes], *, lines: int, seconds: float) -> list[float]:
    times: list[float] = []
    until, loop = time.perf_counter() + seconds, asyncio.get_running_loop()
    opened = [
        await loop.create_connection(lambda: _Line(requests, until, times), "127.0.0.1", port) for _ in range(lines)
    ]
    for _, line in opened:
        await line.over
    return times


def _check(servers: "dict[str, _Served]", requests: dict[str, Iterator[bytes]]) -> None:
    """That they do the same: answers with the same fields, the same rows for the same question."""
    for call, asked in requests.items():
        question = next(asked)
        answers = {}
        for name, server in servers.items():
            # A posting is kept under its key: each posts its own.
            answers[name] = _answered(server.port, next(asked) if call == "post" else question)
        told = {name: _rows(call, answer) for name, answer in answers.items()}
        assert told[OURS] == told[BY_HAND] == told[IDIOMATIC], (call, told)


def _answered(port: int, question: bytes) -> Any:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        line.sendall(question)
        heard = b""
        while not _is_whole(heard):
            heard += line.recv(65_536)
    assert heard[9:12] in (b"200", b"201"), heard[:600]
    body = heard.partition(b"\r\n\r\n")[2]
    return orjson.loads(body[body.index(b"{") : body.rindex(b"}") + 1])


def _rows(call: str, answer: Any) -> Any:
    """What must be the same of an answer, whoever gives it."""
    if call == "nearby":
        about = [each["properties"] for each in answer["features"]]
        assert len(about) >= 40, len(about)
        assert all(each["away"] and each["left"] for each in about)
        return sorted((each["id"], each["title"], each["reward"], each["radius_m"]) for each in about)
    if call == "list":
        found = answer["data"] if "data" in answer else answer["results"]
        assert len(found) == 25
        return [(each["id"], each["status"], each["place"], each["reward"]) for each in found]
    return [answer[name] for name in ("object", "status", "title", "place", "reward")]


def _report(found: dict[tuple[str, str], Asked], *, load: float) -> None:
    print(f"\nload {load:.1f}; requests/s are the median of the rounds, times are of all of them; served and stored:")
    print("what a request costs in processor milliseconds, of the server's processes and of Postgres'")
    print(f"{'':7}{'':12}{'req/s':>8}{'of hand':>9}{'of DRF':>8}{'served':>8}{'stored':>8}", end="")
    print(f"{'p50 ms':>8}{'p99 ms':>8}{'p99 of hand':>13}")
    for call in dict.fromkeys(call for call, _ in found):
        hand, drf = found[call, BY_HAND], found[call, IDIOMATIC]
        for name in (OURS, BY_HAND, IDIOMATIC):
            each = found[call, name]
            many = len(each.seconds)
            print(
                f"{call:7}{name:12}{each.rate:8.0f}{each.rate / hand.rate:9.2f}{each.rate / drf.rate:8.2f}"
                f"{each.served / many * 1e3:8.2f}{each.stored / many * 1e3:8.2f}"
                f"{each.at(0.5):8.1f}{each.at(0.99):8.1f}{each.at(0.99) / hand.at(0.99):13.2f}"
            )


if __name__ == "__main__":
    main()

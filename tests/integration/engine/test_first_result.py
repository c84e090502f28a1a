"""An agent at the front of a whole house: the lines that the banner and the README show, a worker killed while its
scout is at it, and the feed as it flows.
"""

import json
import os
import re
import signal
import socket
import subprocess
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.request import Request, urlopen

import psutil
import pytest

from market.engine import first_result
from tests.integration.engine.conftest import Up
from tests.integration.engine.running import RunningHouse, until

pytestmark = [pytest.mark.engine, pytest.mark.timeout(600)]

# Where in the story of a simulation a worker is killed: once it has opened its session, with its pictures undrawn.
AT_IT = "SELECT 1 FROM agents_api_simulation WHERE session_id IS NOT NULL AND state = 'claimed'"
JUDGED = "SELECT state FROM bounties_submission WHERE judged_at IS NOT NULL"


def test_the_lines_lead_to_an_accepted_result_and_no_kill_of_a_worker_loses_one(up: Up) -> None:
    house = up()
    house.wait_until_up()
    url = f"http://127.0.0.1:{house.port}"
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(first_result.lines(url))], capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    shown, accepted = _objects(ran.stdout)
    assert (shown["status"], shown["next_action"]["do"]) == ("in_review", "review")
    assert (accepted["id"], accepted["status"]) == (shown["id"], "accepted")

    with house.connect() as database:
        _post(url)
        until(lambda: database.execute(AT_IT).fetchone(), what="a scout that has opened its session")
        _kill_worker(house)
        # The killed worker's lease runs out first, then a sweep finds what it held.
        until(lambda: len(database.execute(JUDGED).fetchall()) == 2, what="a second result judged", within=300)
        assert sorted(database.execute(JUDGED).fetchall()) == [("accepted",), ("in_review",)]
        [(sessions,)] = database.execute("SELECT count(*) FROM verification_session").fetchall()
        assert sessions == 2  # whoever took over went on with the same one
    _follow_the_feed(house, url)


def _follow_the_feed(house: RunningHouse, url: str) -> None:
    """Through the front: nothing is held back, what was missed comes, and the end is one that a client can tell."""
    key = _call(f"{url}/v1/agents", {"name": "follower"}, {})["key"]
    with _stream(house, key) as stream:
        _read(stream, b"retry: 2000\n\n")  # before anything has happened
        bounty = _post(url, key=key)
        seen = _read(stream, b'"type":"bounty.opened"')
    position = re.findall(rb"^id: (\S+)$", seen, re.MULTILINE)[-1].decode()
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "two"}
    _call(f"{url}/v1/bounties/{bounty}/cancel", {}, headers)
    with _stream(house, key, Last_Event_ID=position) as stream:
        missed = _read(stream, b"event: bounty.cancelled")
        assert b"bounty.opened" not in missed
        assert house.stop() == 0
        ending = _read(stream, None)
    assert ending.endswith(b"\r\n0\r\n\r\n")  # HTTP's own end of a stream, and not a connection that broke


def _stream(house: RunningHouse, key: str, **more: str) -> socket.socket:
    """By hand, so that each byte is seen as it comes."""
    stream = socket.create_connection(("127.0.0.1", house.port), timeout=60)
    headers = {"Host": f"127.0.0.1:{house.port}", "Authorization": f"Bearer {key}", "Accept-Encoding": "gzip, zstd"}
    headers |= {name.replace("_", "-"): value for name, value in more.items()}
    lines = ["GET /v1/events/stream HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    stream.sendall("\r\n".join(lines).encode())
    return stream


def _read(stream: socket.socket, until_: bytes | None) -> bytes:
    """What comes until this has come; None: until the end."""
    seen = b""
    while until_ is None or until_ not in seen:
        piece = stream.recv(65_536)
        if not piece:
            assert until_ is None, seen
            break
        seen += piece
    return seen


def _objects(text: str) -> list[dict[str, Any]]:
    decoder, found, at = json.JSONDecoder(), [], 0
    while at < len(text):
        each, at = decoder.raw_decode(text, at)
        found.append(each)
    return found


def _post(url: str, *, key: str = "") -> str:
    """With a simulated scout of an agent of its own, or of this one without."""
    secret = key or _call(f"{url}/v1/agents", {"name": "another"}, {})["key"]
    closes_at = (datetime.now(UTC) + timedelta(hours=6)).isoformat()
    wish = {
        "title": "Is it open?",
        "questions": ["Is it open?"],
        "place": {"lat": 48.2, "lng": 16.37, "radius_m": 60},
        "window": {"closes_at": closes_at},
        "reward": "2.50",
        **({} if key else {"simulate": {"outcome": "good"}}),
    }
    posted = _call(f"{url}/v1/bounties", wish, {"Authorization": f"Bearer {secret}", "Idempotency-Key": "one"})
    return str(posted["id"])


def _call(url: str, body: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
    asked = Request(url, json.dumps(body).encode(), {"Content-Type": "application/json", **headers})
    with urlopen(asked, timeout=30) as answer:
        told: dict[str, Any] = json.load(answer)
    return told


def _kill_worker(house: RunningHouse) -> None:
    """With the processes that do its work, in the middle of it."""
    worker = psutil.Process(house.pids()["worker"])
    for each in [worker, *worker.children(recursive=True)]:
        os.kill(each.pid, signal.SIGKILL)

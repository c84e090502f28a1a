"""Where the front listens, what it is called, and what Caddy makes of it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from market.config import ROOT
from market.engine import names
from market.engine.faults import Fault
from market.engine.front import Front
from market.engine.layout import Layout


@pytest.fixture(autouse=True)
def _in_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "host_name", lambda: "desk")
    monkeypatch.setattr(names, "lan_addresses", lambda: ["192.168.1.5"])


@pytest.mark.parametrize(
    ("asked", "url", "called"),
    [
        (Front("127.0.0.1", 8000, False), "http://localhost:8000", ["localhost", "127.0.0.1", "[::1]"]),
        (Front("192.168.1.5", 80, False), "http://192.168.1.5:80", ["192.168.1.5", "localhost", "127.0.0.1"]),
        (
            Front("::", 8000, False),
            "http://localhost:8000",
            ["desk.local", "desk", "localhost", "127.0.0.1", "192.168.1.5"],
        ),
        (
            Front("0.0.0.0", 8443, True),
            "https://desk.local:8443",
            ["desk.local", "desk", "localhost", "127.0.0.1", "192.168.1.5"],
        ),
        (
            Front("127.0.0.1", 8000, False, "https://sightline.example"),
            "https://sightline.example",
            ["sightline.example", "localhost", "127.0.0.1", "[::1]"],
        ),
    ],
)
def test_names_follow_from_where_it_listens(asked: Front, url: str, called: list[str]) -> None:
    assert asked.url == url
    assert asked.names == called


def test_a_phone_is_sent_to_a_number_not_to_a_name() -> None:
    assert Front("0.0.0.0", 8443, True).page_url == "http://192.168.1.5:8444"


def test_without_https_one_port_is_taken() -> None:
    assert Front("127.0.0.1", 8000, False).ports == [8000]
    assert Front("127.0.0.1", 8443, True).ports == [8443, 8444]


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "::", "::1"])
@pytest.mark.parametrize("https", [False, True])
def test_caddy_understands_every_way_to_listen(host: str, https: bool, tmp_path: Path) -> None:
    asked = Front(host, 8443, https)
    adapted = _adapted(asked, Layout(tmp_path))
    servers = adapted["apps"]["http"]["servers"].values()
    listened = {address for server in servers for address in server["listen"]}
    bracketed = f"[{host}]" if ":" in host else host
    assert listened == {f"{bracketed}:{port}" for port in asked.ports}
    # Only the port with TLS leads from http:// to https://; the page must be reachable without.
    redirecting = {server["listen"][0] for server in servers if "listener_wrappers" in server}
    assert redirecting == ({f"{bracketed}:8443"} if https else set())


def _adapted(asked: Front, layout: Layout) -> "dict[str, dict[str, dict[str, dict[str, dict[str, list[str]]]]]]":
    file = ROOT / "docker" / ("Caddyfile.https" if asked.https else "Caddyfile")
    done = subprocess.run(
        [Path(sys.executable).parent / "caddy", "adapt", "--config", file, "--adapter", "caddyfile"],
        env={**os.environ, **asked.environment(layout)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    adapted: dict[str, dict[str, dict[str, dict[str, dict[str, list[str]]]]]] = json.loads(done.stdout)
    return adapted


def test_a_name_that_nobody_knows_is_refused_before_anything_starts() -> None:
    with pytest.raises(Fault, match=r"Cannot listen on no\.such\.host\.invalid port 8000"):
        Front("no.such.host.invalid", 8000, False).check_ports()

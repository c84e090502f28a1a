"""The real house for a browser: granian serving the pages of a database of its own, and a Chromium in front of it.

Tests here know the house only from outside: pages, commands, and the letters in its mail folder. They share it, so each
makes people of its own.
"""

import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from psycopg.conninfo import make_conninfo

from market import mail
from market.config import ROOT, config
from market.engine import house as words
from tests import chromium, prepared
from tests.browser.commands import Commands
from tests.fakes import stripe_twin

SCREENS = ROOT / "build" / "screens"
_CODE = re.compile(r"^[A-Z]{4}-[A-Z]{4}$", re.MULTILINE)
_addresses = count(1)


@dataclass
class House:
    url: str
    home: Path
    environment: dict[str, str]
    manage: Commands

    def letters_to(self, address: str) -> list[mail.StoredLetter]:
        return [letter for letter in mail.newest(folder=self.home / "mail", limit=200) if letter.to == address]

    def code_for(self, address: str, *, after: int = 0) -> str:
        """The code in the newest letter to this address, once there are more than `after` letters."""
        letters = until(lambda: (found := self.letters_to(address)) and len(found) > after and found)
        match = _CODE.search(letters[0].text)
        assert match, letters[0].text
        return match[0]

    @property
    def demo(self) -> dict[str, str]:
        facts: dict[str, str] = json.loads((self.home / "demo.json").read_text())
        return facts


def until(condition: Callable[[], Any], *, seconds: float = 60) -> Any:
    """What the condition answers as soon as it answers something; fails when it never does."""
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        if time.monotonic() > deadline:
            pytest.fail("what was waited for did not happen")
        time.sleep(0.02)
    return answer


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first of a run also waits for the house to be made, and a browser is slow where much else runs."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(600))


@pytest.fixture(scope="session")
def house() -> Iterator[House]:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    name = f"house_{worker}"
    parameters = {**config.database, "dbname": "postgres"}
    with psycopg.connect(make_conninfo("", **parameters), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE {prepared.database()}')
    port = _free_port()
    with tempfile.TemporaryDirectory(prefix="sightline-house-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        environment = {
            **os.environ,
            "SIGHTLINE_HOME": str(home),
            "DATABASE_URL": make_conninfo("", **{**parameters, "dbname": name}),
            "PUBLIC_URL": f"http://localhost:{port}",
        }
        prepared.furnish(home)
        commands = Commands(environment)
        house = House(f"http://localhost:{port}", home, environment, commands)
        try:
            house.manage("prepare")
            yield from _serve(house, port)
        finally:
            commands.close()


@pytest.fixture(scope="session")
def paying_house(house: House) -> Iterator[House]:
    """Another door into the same house, behind which real money is taken: Stripe's twin is its Stripe."""
    port = _free_port()
    with stripe_twin.running() as twin:
        environment = {
            **house.environment,
            "PUBLIC_URL": f"http://localhost:{port}",
            "STRIPE_API_KEY": stripe_twin.API_KEY,
            "STRIPE_API_ADDRESS": twin.address,
        }
        behind = House(f"http://localhost:{port}", house.home, environment, house.manage)
        yield from _serve(behind, port, log="paying-log")


def _serve(house: House, port: int, *, log: str = "log") -> Iterator[House]:
    command = words.web(config, "--host", "127.0.0.1", "--port", str(port))
    with (house.home / log).open("wb") as written:
        process = subprocess.Popen(
            command, cwd=ROOT, env=house.environment, stdout=written, stderr=written, start_new_session=True
        )
    try:
        until(lambda: process.poll() is not None or _listens(port), seconds=90)
        assert process.poll() is None, (house.home / log).read_text()
        yield house
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """For one file of tests: while Playwright is there it keeps an event loop running in this thread, and neither
    Django's database nor `asyncio.run` would work for the tests of other rooms that come after."""
    executable = chromium.find()
    assert executable, "no Chromium: run bin/test, which installs one"
    options = ["headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking"]
    options += ["disable-component-update", "disable-sync"]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=str(executable), args=[f"--{option}" for option in options]
        )
        yield started
        started.close()


class Visitor:
    """One person with a browser of her own. What the page says on its console, or refuses to load, is kept."""

    def __init__(self, context: BrowserContext, house: House) -> None:
        self.house = house
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda said: self._hear(said.type, said.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _hear(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(text)

    def goto(self, path: str) -> None:
        self.page.goto(self.house.url + path)

    def heading(self) -> str:
        return self.page.locator("h1").inner_text()

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).or_(
            self.page.get_by_role("link", name=name, exact=True)
        ).first.click()

    def type_code(self, address: str, *, after: int = 0) -> None:
        self.page.get_by_label("Code").fill(self.house.code_for(address, after=after))
        self.press("Go on")

    def sign_in(self, address: str) -> None:
        letters = len(self.house.letters_to(address))
        self.goto("/accounts/login/")
        self.page.get_by_label("E-mail address").fill(address)
        self.press("Send me a code")
        self.type_code(address, after=letters)
        self.page.wait_for_url(re.compile(r"/(me|nearby)$"))

    def sign_up(self, address: str) -> None:
        self.goto("/accounts/signup/")
        self.page.get_by_label("E-mail address").fill(address)
        self.press("Send me a code")
        self.type_code(address)
        self.page.wait_for_url("**/me")

    def add_authenticator(self) -> None:
        """A phone's passkey store, which says yes to everything."""
        session = self.page.context.new_cdp_session(self.page)
        session.send("WebAuthn.enable")
        session.send(
            "WebAuthn.addVirtualAuthenticator",
            {
                "options": {
                    "protocol": "ctap2",
                    "transport": "internal",
                    "hasResidentKey": True,
                    "hasUserVerification": True,
                    "isUserVerified": True,
                    "automaticPresenceSimulation": True,
                }
            },
        )


@pytest.fixture
def visit(browser: Browser, house: House) -> Iterator[Callable[..., Visitor]]:
    """Call it for a visitor: a phone of 390 px, unless said otherwise. Each comes from a network address of her own."""
    contexts = []

    def open_browser(**options: Any) -> Visitor:
        number = next(_addresses)
        context = browser.new_context(
            **{
                "viewport": {"width": 390, "height": 844},
                "locale": "en-GB",
                "extra_http_headers": {"X-Forwarded-For": f"203.0.113.{number % 250 + 1}"},
                **options,
            }
        )
        context.set_default_timeout(60_000)
        contexts.append(context)
        return Visitor(context, house)

    yield open_browser
    for context in contexts:
        context.close()


@pytest.fixture
def person() -> str:
    """An e-mail address that nobody has used."""
    return f"person{os.getpid()}-{next(_addresses)}@example.org"

"""A phone with a camera in front of the real house: its picture is drawn for the test, its place is told to it."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from market.config import ROOT
from tests import chromium
from tests.browser.conftest import House, until
from tests.unit.verification.photos.pictures import encoded, scene

BAKERY = (52.52, 13.405)
# Everything in one of the page's stores; of what is not there yet, nothing, and it is not made either.
_ALL = """(store) => new Promise((resolve, reject) => {
  const asked = indexedDB.open("sightline");
  asked.onupgradeneeded = () => asked.transaction.abort();
  asked.onerror = () => resolve([]);
  asked.onsuccess = () => {
    const request = asked.result.transaction(store).objectStore(store).getAll();
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      asked.result.close();
      resolve(request.result.map(({ bytes, ...plain }) => plain));
    };
  };
})"""
# A busy machine may take its time: what is waited for is a condition, never a moment.
_PATIENCE_MS = 30_000
expect.set_options(timeout=_PATIENCE_MS)
_seeds = count(100)
_wandering = count(1)


class Backstage:
    """See backstage.py."""

    def __init__(self, house: House) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.browser.capture.backstage"],
            cwd=ROOT,
            env=house.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __call__(self, do: str, **words: Any) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps({"do": do, **words}) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(20)
        self._process.stdout.close()


@pytest.fixture(scope="module")
def backstage(house: House) -> Iterator[Backstage]:
    own = Backstage(house)
    yield own
    own.close()


def options(clip: Path) -> list[str]:
    words = ["no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking"]
    words += ["disable-component-update", "disable-sync", "use-fake-device-for-media-stream"]
    return [f"--{word}" for word in [*words, f"use-file-for-fake-video-capture={clip}"]]


def drawn_clip(folder: Path, *, blur: bool = False) -> Path:
    """What the camera sees: a scene that no other clip shows, or nobody would believe that it was captured twice."""
    picture = scene(next(_seeds), (1280, 960))
    path = folder / "clip.mjpeg"
    path.write_bytes(encoded(picture, quality=92) * 3)
    return path


@contextmanager
def camera_browser(clip: Path) -> Iterator[Browser]:
    executable = chromium.find()
    assert executable, "no Chromium: run bin/test, which installs one"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(executable), args=options(clip))
        yield started
        started.close()


@pytest.fixture(scope="module")
def phone_browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with camera_browser(drawn_clip(tmp_path_factory.mktemp("clip"))) as browser:
        yield browser


@dataclass
class Scout:
    """A person with a phone, who has claimed a bounty and stands somewhere near it."""

    page: Page
    house: House
    backstage: Backstage
    claim: str
    claim_id: str
    bounty_id: str
    complaints: list[str]
    north_m: float = 0
    accuracy: float = 8

    @property
    def context(self) -> BrowserContext:
        return self.page.context

    def goto(self, path: str) -> None:
        self.page.goto(self.house.url + path)

    def open_capture(self) -> None:
        self.goto(f"/capture/{self.claim}")

    def take_along(self) -> None:
        """Open the page once in contact, so that it is on the phone with all it needs."""
        self.open_capture()
        until(lambda: self.page.evaluate("Boolean(navigator.serviceWorker.controller)"))
        self.page.locator("[data-step=find], [data-do=start]:enabled").locator("visible=true").wait_for()

    def lose_contact(self) -> None:
        self.context.set_offline(True)

    def find_contact(self) -> None:
        self.context.set_offline(False)

    def walk_to(self, north_m: float = 0, *, accuracy: float = 8) -> None:
        """So many metres north of the place that is asked about."""
        self.north_m, self.accuracy = north_m, accuracy
        self.drift()

    def drift(self) -> None:
        """What a receiver says next: it wanders, even where the phone does not."""
        latitude = BAKERY[0] + (self.north_m + next(_wandering) % 50 / 100) / 111_300
        self.context.set_geolocation({"latitude": latitude, "longitude": BAKERY[1], "accuracy": self.accuracy})

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def press(self, name: str) -> None:
        self.button(name).click()

    @property
    def shutter(self) -> Locator:
        return self.page.locator("[data-do=shutter]")

    def waits_for(self, text: str) -> None:
        self.page.get_by_text(text).locator("visible=true").first.wait_for()

    def shoot(self) -> None:
        """Press the shutter once it is ready, and look at the picture."""
        self.page.locator("[data-do=shutter][aria-disabled=false]").click()
        self.drift()
        self.page.locator("[data-do=keep]").wait_for()

    def take(self) -> None:
        self.shoot()
        self.page.locator("[data-do=keep]").click()

    def answer(self, choice: str = "Yes") -> None:
        self.page.get_by_label(choice, exact=True).check()
        self.press("Hand in")

    def capture(self) -> None:
        """From the open page to the outbox."""
        self.take()
        self.answer()

    def kept(self) -> list[dict[str, Any]]:
        """The captures in the phone's own store."""
        found: list[dict[str, Any]] = self.page.evaluate(_ALL, "captures")
        return found

    def arrived(self, number: int = 1) -> list[dict[str, Any]]:
        """What the server has of this claim, as soon as it is so many."""
        return until(lambda: (found := self.sent()) and len(found) >= number and found, seconds=30)  # type: ignore[no-any-return]

    def alert(self) -> str:
        return self.page.get_by_role("alert").locator("visible=true").inner_text()

    def sent(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.backstage("captures", claim_id=self.claim_id)
        return found

    def files_kept(self) -> int:
        """How many photos lie in the phone's own store."""
        return len(self.page.evaluate(_ALL, "files"))

    def until_kept(self, state: str) -> dict[str, Any]:
        return until(lambda: next((each for each in self.kept() if each["state"] == state), None), seconds=30)  # type: ignore[no-any-return]


@pytest.fixture
def scout(phone_browser: Browser, house: House, backstage: Backstage) -> Iterator[Callable[..., Scout]]:
    contexts = []

    def come(
        *, at_m: float = 0, allowed: tuple[str, ...] = ("camera", "geolocation"), url: str = "", **wishes: Any
    ) -> Scout:
        told = backstage("claimed", **wishes)
        home = replace(house, url=url or house.url)
        context = phone_browser.new_context(
            viewport={"width": 390, "height": 844},
            locale="en-IE",
            device_scale_factor=1,
            has_touch=True,
            is_mobile=True,
        )
        context.set_default_timeout(_PATIENCE_MS)
        contexts.append(context)
        cookie = told.pop("cookie")
        context.add_cookies([{"name": cookie["name"], "value": cookie["value"], "url": home.url}])
        context.grant_permissions(list(allowed), origin=home.url)
        made = Scout(page=context.new_page(), house=home, backstage=backstage, complaints=[], **told)
        made.page.on("pageerror", lambda error: made.complaints.append(str(error)))
        made.walk_to(at_m)
        return made

    yield come
    for context in contexts:
        context.close()

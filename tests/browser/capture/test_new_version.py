"""A new version of the pages moves in while captures wait, or are being made: nothing is lost, the old tab goes on."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route

from market.config import ROOT
from tests.browser.capture.conftest import Scout
from tests.browser.capture.door import opened
from tests.browser.conftest import House, until

pytestmark = [pytest.mark.browser, pytest.mark.extra]  # together they take minutes

# What the newer version has: scripts of other bytes (so, other names), and one store more on the phone.
_CHANGES = {
    "everywhere.js": ("begin();", 'begin();\ndocument.documentElement.dataset.release = "next";'),
    "capture_page.js": ("const ", 'document.documentElement.dataset.release = "next";\nconst '),
    "store.js": ('files: "id" };', 'files: "id", later: "id" };'),
}
_OPENS = ("indexedDB.open(NAME);", "indexedDB.open(NAME, 2);")


class NewVersion:
    """The same code with changes, built beside; it serves the same database, media and keys."""

    def __init__(self, house: House, folder: Path) -> None:
        self.code, home = folder / "code", folder / "home"
        left_out = shutil.ignore_patterns(".*", "node_modules", "var", "build", "tests", "docs", "__pycache__")
        shutil.copytree(ROOT, self.code, ignore=left_out)
        (self.code / "node_modules").symlink_to(ROOT / "node_modules")
        for name, (old, new) in {**_CHANGES, "store.js ": _OPENS}.items():
            script = self.code / "web" / "static" / "js" / "capture" / name.strip()
            before = script.read_text()
            assert old in before, name
            script.write_text(before.replace(old, new, 1))
        home.mkdir()
        for shared in ("keys", "media", "mail"):
            (house.home / shared).mkdir(exist_ok=True)
            (home / shared).symlink_to(house.home / shared)
        self.environment = {**house.environment, "SIGHTLINE_HOME": str(home), "PYTHONPATH": str(self.code)}
        subprocess.run(
            [sys.executable, "manage.py", "build_pages", "--verbosity=0"],
            cwd=self.code,
            env=self.environment,
            check=True,
        )


def _is_new(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.dataset.release === 'next'"))


def _versions(page: Page) -> list[str]:
    kept: list[str] = page.evaluate("caches.keys()")
    return kept


def _until_it_moves_in(page: Page, *, after: list[str]) -> None:
    """The browser looks for a newer version once a page has come to rest, so nothing is loaded again meanwhile."""
    until(lambda: len(now := _versions(page)) == 1 and now != after, seconds=120)
    page.reload()
    assert _is_new(page)


def _refuse(route: Route) -> None:
    route.abort()


def test_what_waits_and_what_is_being_captured_outlives_a_new_version(
    scout: Callable[..., Scout], house: House, tmp_path: Path
) -> None:
    newer = NewVersion(house, tmp_path)
    with opened(house) as door:
        waiting, capturing = scout(url=door.url), scout(url=door.url)
        for each in (waiting, capturing):
            each.take_along()
            each.shoot()
        waiting.lose_contact()
        waiting.press("Keep it")
        waiting.answer()
        waiting.waits_for("Saved on this phone")
        (kept,) = waiting.kept()
        older = _versions(waiting.page)

        door.close()
        door.open(code=newer.code, environment=newer.environment)

        # Nothing gets through until the newer version has taken over, so that it is the one that sends.
        waiting.page.route("**/capture/claims/**", _refuse)
        waiting.page.route("**/capture/uploads/**", _refuse)
        waiting.find_contact()
        waiting.goto("/outbox")
        _until_it_moves_in(waiting.page, after=older)
        assert [each["state"] for each in waiting.kept()] == ["saved"]
        waiting.page.unroute_all()
        waiting.press("Send now")
        waiting.waits_for("Received")

        # Another tab brings the newer version in; the old one, in the midst of its capture, ends it with its own code.
        tab = capturing.context.new_page()
        tab.goto(f"{door.url}/outbox")
        _until_it_moves_in(tab, after=older)
        assert not _is_new(capturing.page)
        capturing.press("Keep it")
        capturing.answer()
        capturing.waits_for("Received")
        capturing.open_capture()
        assert _is_new(capturing.page)
        assert capturing.complaints == waiting.complaints == []

    assert waiting.arrived()[0]["sha256"] == [each["sha256"] for each in kept["files"]]
    for each in (waiting, capturing):
        assert [(got["signature"], got["set_aside"]) for got in each.arrived()] == [("valid", "")]

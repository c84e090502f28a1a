"""A browser that is killed with a capture waiting, and opened again by its owner."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests import chromium
from tests.browser.capture.conftest import Backstage, Scout, drawn_clip, options
from tests.browser.conftest import House, until

pytestmark = [pytest.mark.browser, pytest.mark.extra]  # together they take minutes


@contextmanager
def real_browser(folder: Path, clip: Path) -> Iterator[tuple[Browser, subprocess.Popen[bytes]]]:
    """Started by ourselves, so that it can be killed, and everything it started with it."""
    port_file = folder / "DevToolsActivePort"
    port_file.unlink(missing_ok=True)
    command = [str(chromium.find()), "--headless", "--remote-debugging-port=0", f"--user-data-dir={folder}"]
    process = subprocess.Popen(
        [*command, *options(clip), "about:blank"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        until(lambda: port_file.exists() and port_file.read_text().count("\n"), seconds=30)
        with sync_playwright() as playwright:
            port = port_file.read_text().splitlines()[0]
            yield playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}"), process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(20)


def _scout(browser: Browser, house: House, backstage: Backstage, told: dict[str, Any]) -> Scout:
    context = browser.contexts[0]
    context.set_default_timeout(20_000)
    context.grant_permissions(["camera", "geolocation"], origin=house.url)
    ada = Scout(page=context.new_page(), house=house, backstage=backstage, complaints=[], **told)
    ada.walk_to(0)
    return ada


def test_a_killed_browser_loses_no_capture(house: House, backstage: Backstage, tmp_path: Path) -> None:
    told = backstage("claimed")
    cookie = told.pop("cookie")
    clip = drawn_clip(tmp_path)
    with real_browser(tmp_path / "profile", clip) as (browser, process):
        browser.contexts[0].add_cookies([{"name": cookie["name"], "value": cookie["value"], "url": house.url}])
        ada = _scout(browser, house, backstage, told)
        ada.take_along()
        ada.lose_contact()
        ada.open_capture()
        ada.capture()
        ada.waits_for("Saved on this phone")
        (waiting,) = ada.kept()
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(20)
    assert backstage("captures", claim_id=told["claim_id"]) == []

    with real_browser(tmp_path / "profile", clip) as (browser, _):
        ada = _scout(browser, house, backstage, told)
        ada.goto("/outbox")
        (arrived,) = ada.arrived()
    assert arrived["sha256"] == [file["sha256"] for file in waiting["files"]]
    assert arrived["signature"] == "valid"

"""Every page in every state that looks different: at all sizes, in both themes and languages, and by other people's
checkers. Takes minutes. What a scout sees most is looked at in each run, in test_scouts_pages.py."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser

from market.config import ROOT
from tests import checkers, chromium
from tests.browser.conftest import SCREENS, House, Visitor
from tests.browser.gallery import NOBODY
from tests.browser.looking import axe_in_both_themes, look, too_wide
from tests.browser.scouting import carry

pytestmark = [pytest.mark.browser, pytest.mark.extra]

_FOR_DESKS: Final = ("desk", "owner", "welcome")
# Style of source text, which nobody ever sees, and what HTML itself leaves to the default.
_HTML_VALIDATE: Final = {
    "root": True,
    "extends": ["html-validate:recommended"],
    "rules": {
        "no-trailing-whitespace": "off",
        "doctype-style": ["error", {"style": "lowercase"}],
        "no-implicit-button-type": "off",
        "no-implicit-input-type": "off",
        "no-redundant-for": "off",
        "form-dup-name": ["error", {"shared": ["radio", "checkbox", "button", "submit", "reset"]}],
        "aria-label-misuse": ["error", {"allowAnyNamable": True}],
    },
}
# One of each template that people open; the map is exempt.
_MEASURED: Final = (
    *("welcome", "sign-in", "nearby", "bounty", "claim", "capture", "outbox", "result-rejected", "answers", "earnings"),
    *("me", "notices", "data", "owner-agent", "owner-ledger", "owner-pay", "desk", "desk-review"),
)
# What is somebody's own is kept from search engines by robots.txt: to be found is no virtue there.
_TO_BE_FOUND: Final = ("welcome",)
_LEAST: Final = {"performance": 0.95, "accessibility": 1, "best-practices": 1, "seo": 1}


class Gallery:
    def __init__(self, house: House) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "tests.browser.gallery"],
            cwd=ROOT,
            env=house.environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        made = json.loads(done.stdout)
        self.house = house
        self.sessions: dict[str, dict[str, str]] = made["sessions"]
        self.pages: list[tuple[str, str, str]] = [(name, who, path) for name, who, path in made["pages"]]

    def visitors(self, visit: Callable[..., Visitor], **options: Any) -> dict[str, Visitor]:
        """A browser for each of the people, who are signed in already."""
        found = {}
        for who in (NOBODY, *self.sessions):
            found[who] = visit(service_workers="block", **options)
            found[who].house = self.house
            if who != NOBODY:
                carry(found[who], self.sessions[who])
        return found

    def cookie(self, who: str) -> str:
        return "" if who == NOBODY else f"{self.sessions[who]['name']}={self.sessions[who]['value']}"


@pytest.fixture(scope="module")
def gallery(paying_house: House) -> Gallery:
    return Gallery(paying_house)


def test_every_page_fits_at_every_size_and_axe_finds_nothing(gallery: Gallery, visit: Callable[..., Visitor]) -> None:
    visitors, found = gallery.visitors(visit), {}
    for name, who, path in gallery.pages:
        visitor = visitors[who]
        visitor.goto(path)
        visitor.page.wait_for_load_state("networkidle")
        for width in (390, 320, *([1280] if name.startswith(_FOR_DESKS) else [])):
            look(visitor, name, width)
        found[name] = axe_in_both_themes(visitor.page)
    assert {name: said for name, said in found.items() if said} == {}


def test_every_page_reads_from_right_to_left_and_at_twice_the_size(
    gallery: Gallery, visit: Callable[..., Visitor]
) -> None:
    visitors = gallery.visitors(visit)
    for name, who, path in gallery.pages:
        visitor = visitors[who]
        visitor.goto(path)
        visitor.page.evaluate("() => document.documentElement.dir = 'rtl'")
        look(visitor, f"{name}-rtl", 320)
        visitor.page.evaluate("() => Object.assign(document.documentElement, {dir: 'ltr'}).style.fontSize = '200%'")
        visitor.page.screenshot(path=SCREENS / f"{name}-twice.png", full_page=True)
        assert too_wide(visitor.page) == [], name


def test_every_page_fits_in_spanish(gallery: Gallery, visit: Callable[..., Visitor]) -> None:
    visitors = gallery.visitors(visit, locale="es-ES")
    for name, who, path in gallery.pages:
        visitors[who].goto(path)
        assert visitors[who].page.locator("html").get_attribute("lang") == "es", name
        look(visitors[who], f"{name}-es", 320)


def test_the_button_that_pays_leads_to_the_payment_services_page(
    gallery: Gallery, visit: Callable[..., Visitor]
) -> None:
    """A browser follows a form's answer to another site only where the page's policy lets it."""
    owner = gallery.visitors(visit)["owner"]
    owner.goto(next(path for name, _, path in gallery.pages if name == "owner-pay"))
    with owner.page.expect_navigation(url=gallery.house.environment["STRIPE_API_ADDRESS"] + "/pay/*"):
        owner.press("Pay 40.00 USD by card")


@pytest.fixture(scope="module")
def written(gallery: Gallery, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages as the server wrote them, before a script has touched them."""
    folder = tmp_path_factory.mktemp("pages")
    for name, who, path in gallery.pages:
        context = browser.new_context(extra_http_headers={"Cookie": gallery.cookie(who), "Accept": "text/html"})
        (folder / f"{name}.html").write_text(context.request.get(gallery.house.url + path).text())
        context.close()
    return folder


def test_the_w3cs_checker_finds_nothing(written: Path) -> None:
    if not shutil.which("java"):
        pytest.skip("the checker of the W3C needs Java, which is not here")
    jar = Path(checkers.__file__).parent / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
    checkers.run("html-validate", "--version")  # whichever is asked for first has all of them installed
    pages = sorted(str(page) for page in written.glob("*.html"))
    done = subprocess.run(["java", "-jar", str(jar), "--format", "gnu", *pages], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_html_validate_finds_nothing(written: Path) -> None:
    (written / ".htmlvalidate.json").write_text(json.dumps(_HTML_VALIDATE))
    done = checkers.run(
        "html-validate", "--formatter", "text", *sorted(page.name for page in written.glob("*.html")), cwd=written
    )
    assert (done.returncode, done.stdout) == (0, "")


def _signed_in(browser: Browser, gallery: Gallery, who: str, folder: Path) -> Path:
    """A browser's folder in which somebody is signed in. What comes as a header is lost with the first cookie that a
    page sets, and with it the pictures that only who is signed in may see."""
    keeping = browser.browser_type.launch_persistent_context(
        folder, executable_path=os.fspath(chromium.find() or ""), args=["--no-sandbox", "--disable-gpu"]
    )
    if who != NOBODY:
        name, value = gallery.sessions[who]["name"], gallery.sessions[who]["value"]
        # For an hour: without an end, it would end with this window.
        keeping.add_cookies([{"name": name, "value": value, "url": gallery.house.url, "expires": time.time() + 3600}])
    keeping.close()
    return folder


@pytest.mark.parametrize("name", _MEASURED)
def test_lighthouse_is_content_with_it_on_a_slow_phone(gallery: Gallery, browser: Browser, name: str) -> None:
    who, path = next((who, path) for each, who, path in gallery.pages if each == name)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        report, profile = Path(folder) / "report.json", _signed_in(browser, gallery, who, Path(folder) / "profile")
        words = ["--quiet", "--output=json", f"--output-path={report}", f"--only-categories={','.join(_LEAST)}"]
        words += [f"--chrome-flags=--headless=new --no-sandbox --disable-gpu --user-data-dir={profile}"]
        if name not in _TO_BE_FOUND:
            words += ["--skip-audits=is-crawlable"]
        done = checkers.run(
            "lighthouse", gallery.house.url + path, *words, CHROME_PATH=os.fspath(chromium.find() or "")
        )
        assert done.returncode == 0, done.stderr[-2000:]
        told = json.loads(report.read_text())
    scores = {each: told["categories"][each]["score"] for each in _LEAST}
    short = {each: audit["title"] for each, audit in told["audits"].items() if audit["score"] == 0}
    assert {each: score for each, score in scores.items() if score < _LEAST[each]} == {}, (scores, short)
    assert told["audits"]["cumulative-layout-shift"]["numericValue"] < 0.05

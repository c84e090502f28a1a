"""A scout's pages, again and again: through axe, what they weigh, whether they jump, and the map where there is none.

Every other page, in every state, is looked at in test_gallery.py, which takes minutes.
"""

import gzip
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Response, Route

from tests.browser.conftest import SCREENS, House, Visitor
from tests.browser.looking import axe_in_both_themes
from tests.browser.scouting import Spot, carry, new_session, post_bounty

pytestmark = pytest.mark.browser

LIGHT_BYTES, MAP_BYTES = 50 * 1024, 550 * 1024
# What the test's own browser says: it has no worker, and draws maps by hand.
_NOT_OURS = re.compile("Service Worker registration blocked|GL Driver Message")
_SHIFT = """() => new Promise(done => new PerformanceObserver(list => done(
        list.getEntries().filter(each => !each.hadRecentInput).reduce((sum, each) => sum + each.value, 0)
    )).observe({type: 'layout-shift', buffered: true}) || setTimeout(() => done(0), 500))"""


class Stage:
    """Two bounties, and one person who looks from where they are; made once for this file."""

    def __init__(self, house: House) -> None:
        self.spot = Spot.new()
        self.cookie = new_session(house, f"ada-{self.spot.lat}@example.org")
        proof = {"challenge": "second_view", "count": 2, "daylight": True}
        self.bounty = post_bounty(house, self.spot, slots=9, proof=proof)
        # Far enough away to be a pin of its own.
        aside = Spot(self.spot.lat + 0.015, self.spot.lng)
        self.other = post_bounty(house, aside, title="How long is the queue?", reward="12.00")


@pytest.fixture(scope="module")
def stage(house: House) -> Stage:
    return Stage(house)


@pytest.fixture
def scout(stage: Stage, visit: Callable[..., Visitor]) -> Iterator[Visitor]:
    """A phone that has seen nothing yet: what it loads, it loads for the first time, and by itself."""
    visitor = visit(geolocation=stage.spot.geolocation, permissions=["geolocation"], service_workers="block")
    carry(visitor, stage.cookie)
    visitor.goto("/nearby")
    if visitor.page.get_by_role("button", name="Use my location").is_visible():
        visitor.press("Use my location")
    visitor.page.get_by_role("link", name="Is the bakery open?").wait_for()
    yield visitor
    assert [said for said in visitor.complaints if not _NOT_OURS.search(said)] == []


def test_axe_finds_nothing_on_them_in_either_theme(scout: Visitor, stage: Stage) -> None:
    scout.goto(stage.other)
    scout.press("Claim for $12.00")
    scout.page.wait_for_url("**/claims/clm_*")
    found = {"claim": axe_in_both_themes(scout.page)}
    for path in ("/nearby", stage.bounty, "/earnings", "/me", "/me/notices"):
        scout.goto(path)
        found[path] = axe_in_both_themes(scout.page)
    assert {path: said for path, said in found.items() if said} == {}


@pytest.mark.parametrize("name", ["nearby", "bounty", "capture/shell"])
def test_a_first_visit_weighs_little_and_nothing_jumps(scout: Visitor, stage: Stage, name: str) -> None:
    path = stage.bounty if name == "bounty" else f"/{name}"
    assert _weigh(scout, path) <= LIGHT_BYTES
    assert scout.page.evaluate(_SHIFT) < 0.05


def test_the_map_comes_up_weighs_what_it_may_and_asks_nobody_outside(scout: Visitor) -> None:
    asked: list[str] = []
    scout.page.on("request", lambda request: asked.append(request.url))
    assert _weigh(scout, "/map", until="[data-map][data-up]") <= MAP_BYTES
    assert [url for url in asked if not url.startswith((scout.house.url, "blob:", "data:"))] == []
    scout.page.get_by_role("button", name="Is the bakery open?").click()
    card = scout.page.locator("[data-map-card]")
    card.wait_for()
    assert "$2.50" in card.inner_text()
    scout.page.screenshot(path=SCREENS / "scout-map.png")
    card.click()
    scout.page.wait_for_url("**/bounties/bnt_*")
    assert scout.heading() == "Is the bakery open?"


def _no_webgl(visitor: Visitor) -> None:
    visitor.page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")


def _no_library(visitor: Visitor) -> None:
    def answer_nothing(route: Route) -> None:
        route.fulfill(status=200, content_type="text/javascript", body="export const Map = undefined;")

    visitor.page.route("**/maplibre-gl.mjs", answer_nothing)


@pytest.mark.parametrize("without", [_no_webgl, _no_library])
def test_a_map_that_does_not_come_up_is_a_list(scout: Visitor, without: Callable[[Visitor], None]) -> None:
    without(scout)
    scout.goto("/map")
    scout.page.get_by_text("Here is the list instead.").wait_for()
    assert scout.page.get_by_role("link", name="Is the bakery open?").is_visible()


def _weigh(visitor: Visitor, path: str, until: str = "main") -> int:
    """Everything that a first visit loads, compressed: what the server did not compress here, Caddy does in front."""
    page = visitor.page
    page.context.new_cdp_session(page).send("Network.clearBrowserCache")
    loaded: list[Response] = []

    def keep(response: Response) -> None:
        loaded.append(response)

    page.on("response", keep)
    page.goto(visitor.house.url + path)
    page.locator(until).first.wait_for(state="attached")
    page.wait_for_load_state("networkidle")
    page.remove_listener("response", keep)
    own = [each for each in loaded if each.url.startswith(visitor.house.url)]
    parts = sum(int(each.headers["content-length"]) for each in own if each.status == 206)
    return parts + sum(_compressed(visitor, url) for url in {each.url for each in own if each.status == 200})


def _compressed(visitor: Visitor, url: str) -> int:
    """Asked for once more: what the browser has done with is not always still to be had from it."""
    return len(gzip.compress(visitor.page.context.request.get(url).body()))

"""What the page signs, measures and sends, held against the server's own words."""

import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import numpy as np
import pytest

from tests.browser.capture.conftest import Scout
from tests.browser.conftest import House
from tests.unit.verification.photos.pictures import scene
from verification.capture.signature import verify
from verification.geo import distance_m, place
from verification.photos.quality import quality

pytestmark = [pytest.mark.browser, pytest.mark.extra]  # together they take minutes

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "capture.json").read_text())
MOST_BYTES = 50 * 1024


@pytest.fixture(scope="module")
def module(phone_browser: Any, house: House) -> Any:
    """Runs a function of one of the page's own modules."""
    page = phone_browser.new_context().new_page()
    page.goto(f"{house.url}/offline")

    def run(name: str, body: str, *arguments: Any) -> Any:
        found = f"async (given) => {{ const module = await import('/static/js/capture/{name}.js'); {body} }}"
        return page.evaluate(found, list(arguments))

    return run


@pytest.mark.parametrize("vector", VECTORS["valid"], ids=lambda vector: vector["name"])
def test_the_page_signs_the_bytes_of_the_vectors(module: Callable[..., Any], vector: dict[str, Any]) -> None:
    assert module("signing", "return module.toSigned(given[0]);", vector["capture"]) == vector["canonical"]
    fixes = vector["capture"]["fixes"]
    for position, fix in zip(vector.get("geolocation", []), fixes, strict=True):
        made = module("signing", "return module.fixOf({ timestamp: given[0], coords: given[1] });", 0, position)
        assert {**made, "at": fix["at"]} == fix


@pytest.mark.parametrize("case", VECTORS["rounding"], ids=lambda case: f"{case['value']} x {case['scale']}")
def test_the_page_rounds_as_the_vectors_say(module: Callable[..., Any], case: dict[str, Any]) -> None:
    assert module("signing", "return module.whole(given[0], given[1]);", case["value"], case["scale"]) == case["whole"]


@pytest.mark.parametrize(
    ("ages", "wanted", "young"),
    [
        ([110, 60, 18, 9, 2], 2, [18, 9, 2]),  # where one stands, not where one came from
        ([150, 110, 60, 9], 3, [110, 60, 9]),  # a receiver that says little: the last few, of two minutes at most
        ([150, 130], 1, []),
    ],
)
def test_a_place_is_that_of_the_last_moments(
    module: Callable[..., Any], ages: list[int], wanted: int, young: list[int]
) -> None:
    body = """
        const fixes = given[0].map((age) => ({ age, at: new Date(1e12 - age * 1000).toISOString() }));
        const pass = { wanted: { fixes: given[1], fix_age_seconds: 120 } };
        return module.young(fixes, pass, 1e12).map((fix) => fix.age);"""
    assert module("place", body, ages, wanted) == young


def test_the_devices_key_signs_what_the_server_verifies_and_stays_in_the_device(module: Callable[..., Any]) -> None:
    text = VECTORS["valid"][0]["canonical"]
    body = """
        const { privateKey, publicKey } = await module.device();
        const again = await module.device();
        const taken = await crypto.subtle.exportKey("pkcs8", privateKey).then(() => true, () => false);
        const signature = await module.sign(privateKey, given[0]);
        return { publicKey, same: again.publicKey === publicKey, taken, signature };
    """
    made = module("signing", body, text)
    assert (made["same"], made["taken"]) == (True, False)
    key = made["publicKey"]
    assert verify(public_key=key, signature=made["signature"], signed=text.encode(), session_key=key) == "valid"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((52.52, 13.405), (52.5213, 13.4071)),
        ((-33.8568, 151.2153), (-33.87, 151.21)),
        ((69.65, 18.95), (69.66, 18.99)),
        ((0.001, 179.9999), (-0.001, -179.9999)),
    ],
)
def test_the_page_measures_the_way_as_the_server_does(
    module: Callable[..., Any], one: tuple[float, float], other: tuple[float, float]
) -> None:
    here, there = place(*one), place(*other)
    plain = [{"lat": each.latitude_e7, "lng": each.longitude_e7} for each in (here, there)]
    assert module("place", "return module.distance(...given);", *plain) == pytest.approx(
        distance_m(here, there), rel=1e-4
    )


def test_the_page_judges_a_picture_by_the_servers_measures(module: Callable[..., Any]) -> None:
    picture = scene(5, (640, 480))
    ours = quality(np.asarray(picture.convert("L"), dtype=np.uint8))
    pixels = np.asarray(picture.convert("RGBA"), dtype=np.uint8).reshape(-1).tolist()
    theirs = module("quality", "return module.measure(new Uint8ClampedArray(given[0]), 640, 480);", pixels)
    for name in ("sharpness", "brightness", "contrast"):
        assert theirs[name] == pytest.approx(getattr(ours, name), rel=0.05), name


def test_the_first_load_of_the_capture_fits_its_budget(scout: Callable[..., Scout]) -> None:
    ada = scout()
    asked: list[str] = []
    ada.page.on("request", lambda request: asked.append(request.url))
    ada.open_capture()
    ada.page.locator("[data-step=find]").wait_for()
    wanted = re.compile(r"/capture/clm_|\.(css|js)$")
    paths = {url for url in asked if wanted.search(url) and not url.endswith("/sw.js")}
    assert any(url.endswith(".js") for url in paths)
    sizes = {url: _size(url) for url in paths}
    print(f"first load of the capture: {sum(sizes.values())} bytes gzip in {len(sizes)} files")
    assert sum(sizes.values()) <= MOST_BYTES, sizes


def _size(url: str) -> int:
    with urlopen(Request(url, headers={"Accept-Encoding": "gzip"})) as answer:
        body = answer.read()
        return len(body) if answer.headers.get("Content-Encoding") == "gzip" else len(gzip.compress(body))

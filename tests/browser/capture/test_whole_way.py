"""From a claim to a verdict, with everything real but the camera's picture, the place, and who looks at the picture."""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator

import pytest

from market.config import ROOT, config
from market.engine import house as words
from tests.browser.capture.conftest import Scout
from tests.browser.conftest import House, until
from tests.fakes.vision import confirming, vision

pytestmark = [pytest.mark.browser, pytest.mark.engine, pytest.mark.extra]


@pytest.fixture(scope="module")
def _worker(house: House) -> Iterator[None]:
    """A worker of the house, and a vision model that sees what it is asked for."""
    with vision() as model, (house.home / "worker-log").open("wb") as log:
        model.will(confirming)
        seeing = {"VISION_BASE_URL": model.base_url, "VISION_MODEL": "eye", "VISION_KEY": "none", "TASK_PROCESSES": "1"}
        process = subprocess.Popen(
            words.worker(config),
            cwd=ROOT,
            env={**house.environment, **seeing},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            yield
        finally:
            os.killpg(process.pid, signal.SIGKILL)  # how a worker ends is asked elsewhere
            process.wait()


@pytest.mark.usefixtures("_worker")
def test_a_scout_walks_there_captures_and_is_accepted(scout: Callable[..., Scout]) -> None:
    ada = scout(at_m=400)
    ada.goto(f"/claims/{ada.claim}")
    ada.page.get_by_role("link", name="I am here").click()
    for metres in (400, 250, 90, 20):
        ada.walk_to(metres)
    ada.capture()
    ada.waits_for("Received")
    judged = until(lambda: [each for each in ada.sent() if each["state"] != "verifying"], seconds=60)
    assert [(each["state"], each["reasons"]) for each in judged] == [("accepted", [])]
    ada.open_capture()
    ada.page.get_by_role("link", name="See the result").click()
    ada.waits_for("Is the bakery open?")
    assert "/answers/sub_" in ada.page.url
    assert ada.complaints == []

"""On site: the camera, the place, and what stands against the shutter."""

from collections.abc import Callable

import pytest

from tests.browser.capture.conftest import Scout

pytestmark = pytest.mark.browser


def test_a_capture_arrives_as_it_was_taken(scout: Callable[..., Scout]) -> None:
    ada = scout()
    ada.open_capture()
    ada.capture()
    ada.waits_for("Received")
    (arrived,) = ada.arrived()
    (kept,) = ada.kept()
    assert arrived["sha256"] == [file["sha256"] for file in kept["files"]]
    assert (arrived["signature"], arrived["offline"], arrived["answers"]) == ("valid", False, {"q1": "yes"})
    assert ada.complaints == []

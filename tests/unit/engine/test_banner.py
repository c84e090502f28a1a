"""What is said once the house is up."""

import json
from pathlib import Path

from market.config import ROOT
from market.engine import banner, first_result
from market.engine.front import Front
from market.engine.layout import Layout

FRONT = Front("127.0.0.1", 8000, False)


def test_every_door_is_named(tmp_path: Path) -> None:
    said = banner.text(FRONT, Layout(tmp_path))
    for path in ("/\n", "/ops/\n", "/v1,", "/docs/errors\n"):
        assert f"http://localhost:8000{path}" in said
    assert "sign in" not in said


def test_the_demo_world_says_how_to_get_in(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    layout.demo.write_text(
        json.dumps(
            {
                "agent_key": "sk_test_1",
                "scout_email": "scout@example.org",
                "operator_email": "operator@example.org",
                "mail_url": "/dev/mail",
            }
        )
    )
    said = banner.text(FRONT, layout)
    assert "test key   sk_test_1" in said
    assert "sign in as scout@example.org (scout) or operator@example.org (operator)" in said
    assert "http://localhost:8000/dev/mail" in said


def test_a_torn_demo_file_is_no_reason_not_to_start(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    layout.demo.write_text("{")
    assert "Sightline is up" in banner.text(FRONT, layout)


def test_the_first_result_is_told_alike_here_and_in_the_readme(tmp_path: Path) -> None:
    told = "\n".join(f"    {line}" for line in first_result.lines(FRONT.url))
    assert told in banner.text(FRONT, Layout(tmp_path))
    assert told.replace(FRONT.url, "http://localhost:8000") in (ROOT / "README.md").read_text()

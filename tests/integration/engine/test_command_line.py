"""The command line against a whole running house: from an empty folder to an accepted result, saved to disk."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sightline.cli.exits import Exit

from tests.integration.engine.conftest import Up
from tests.integration.engine.running import ROOT

# In process the same commands are tried one by one; this is the proof that they are what a shell gets.
pytestmark = [pytest.mark.extra, pytest.mark.engine, pytest.mark.timeout(600)]

WISH = ["--title", "Is the bakery open?", "--question", "Is it open right now?", "--at", "52.52,13.405"]
TERMS = ["--radius", "60", "--for", "6h", "--reward", "2.50"]


class Shell:
    """Somebody in an empty folder, with nothing but the address."""

    def __init__(self, folder: Path, url: str) -> None:
        self._folder = folder
        self._environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT / "clients" / "python" / "src"),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "SIGHTLINE_URL": url,
        }

    def run(self, *words: str, exits: Exit = Exit.DONE) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "sightline.cli", *words],
            cwd=self._folder,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == exits, (words, done.stdout, done.stderr)
        return done.stdout if exits is Exit.DONE else done.stderr

    def ask(self, *words: str) -> Any:
        return json.loads(self.run(*words, "--json").splitlines()[-1])


def test_from_an_empty_folder_to_an_accepted_result(up: Up, tmp_path: Path) -> None:
    house = up("--no-demo")
    house.wait_until_up()
    shell = Shell(tmp_path, f"http://127.0.0.1:{house.port}")
    assert "play money" in shell.run("signup", "Bakery watcher")
    assert shell.ask("quote", *WISH, *TERMS)["total"] == "2.75"
    posted = shell.ask("post", *WISH, *TERMS, "--simulate", "good")
    waited = shell.ask("wait", posted["id"], "--timeout", "100")
    assert waited["next_action"]["do"] == "review"
    result = shell.ask("results", posted["id"])
    assert (result["status"], result["bounty"]) == ("in_review", posted["id"])
    assert shell.ask("review", result["id"], "--accept")["status"] == "accepted"
    assert shell.ask("wait", posted["id"])["status"] == "completed"
    assert shell.ask("balance")["available"] == "997.25"

    assert "invalid_amount (/reward)" in shell.run("quote", *WISH, *TERMS, "--reward", "a lot", exits=Exit.INVALID)
    assert "insufficient_funds" in shell.run("post", *WISH, *TERMS, "--reward", "950", exits=Exit.MONEY)
    assert "no_such_bounty" in shell.run("wait", "bnt_nothing", exits=Exit.NOT_FOUND)
    still = shell.ask("post", *WISH, *TERMS)
    shell.run("wait", still["id"], "--timeout", "0", exits=Exit.STILL_WAITING)
    assert "cancelled" in shell.run("cancel", still["id"])

"""Every command against the real API: one JSON object to a line, files on the disk, and the exit that is documented."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sightline import Sightline
from sightline.cli import main
from sightline.cli.exits import Exit

from tests.integration.agents_api.sandbox.steps import work_off
from tests.integration.client.transport import ThroughDjango
from tests.receiver import Receiver
from verification.searching import hashes

pytestmark = pytest.mark.django_db

URL = "http://testserver"
WISH = ["--title", "Is the bakery open?", "--question", "Is it open right now?", "--at", "52.52,13.405"]
TERMS = ["--radius", "60", "--for", "6h", "--reward", "2.50"]


class Shell:
    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def run(self, *words: str, exits: Exit = Exit.DONE) -> str:
        self._capsys.readouterr()
        code = main(list(words))
        out, err = self._capsys.readouterr()
        assert code == exits, (words, out, err)
        return out if exits is Exit.DONE else err

    def ask(self, *words: str, exits: Exit = Exit.DONE) -> list[Any]:
        return [json.loads(line) for line in self.run(*words, "--json", exits=exits).splitlines()]


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("SIGHTLINE_URL", URL)
    monkeypatch.delenv("SIGHTLINE_KEY", raising=False)
    monkeypatch.setattr("sightline.cli.commands.Sightline", partial(Sightline, transport=ThroughDjango()))
    monkeypatch.setattr(Sightline, "events", Sightline.events_so_far)  # a feed with an end
    return Shell(capsys)


def test_every_command_says_it_as_json(shell: Shell, tmp_path: Path) -> None:
    hashes.forget()
    [new] = shell.ask("signup", "Bakery watcher")
    [account] = shell.ask("account")
    assert account["id"] == new["agent"]["id"]
    assert shell.ask("quote", *WISH, *TERMS)[0]["total"] == "2.75"
    [posted] = shell.ask("post", *WISH, *TERMS)
    assert [each["id"] for each in shell.ask("list")] == [posted["id"]]
    assert shell.ask("simulate", posted["id"], "good")[0]["outcome"] == "good"
    work_off()
    assert shell.ask("wait", posted["id"])[0]["next_action"]["do"] == "review"
    [result] = shell.ask("results", posted["id"], "--save", str(tmp_path / "pictures"))
    assert result["status"] == "in_review"
    assert shell.ask("review", result["id"], "--accept")[0]["status"] == "accepted"
    said = shell.run("results", posted["id"], "--save", str(tmp_path / "pictures"))
    preview, picture = tmp_path / f"pictures/{result['id']}-1-preview.jpg", tmp_path / f"pictures/{result['id']}-1.jpg"
    assert sorted((tmp_path / "pictures").iterdir()) == sorted([preview, picture])
    assert f"saved {picture}" in said
    with Image.open(preview) as small, Image.open(picture) as large:
        assert max(small.size) <= 512 < max(large.size)
    assert shell.ask("balance")[0]["available"] == "997.25"
    [other] = shell.ask("post", *WISH, *TERMS)
    assert shell.ask("cancel", other["id"])[0]["status"] == "cancelled"
    with Receiver().running() as receiver:
        told = shell.ask("listen", "--from-start", "--type", "bounty.cancelled", "--forward", receiver.url())
        [got] = receiver.wait_for(1)
    [forwarded] = told
    assert (forwarded["status"], forwarded["event"]["data"]["bounty"]) == (200, other["id"])
    assert json.loads(got.body)["type"] == "bounty.cancelled"
    assert shell.ask("listen", "--after", forwarded["event"]["cursor"]) == []
    assert shell.ask("listen") == []  # from now on


@pytest.mark.parametrize(
    ("words", "exits", "code"),
    [
        (["balance"], Exit.NOT_ALLOWED, "not_authenticated"),
        (["quote", *WISH, *TERMS, "--for", "soon"], Exit.USAGE, "bad_words"),
        (["wait", "bnt_nothing"], Exit.NOT_ALLOWED, "not_authenticated"),
    ],
)
def test_a_refusal_is_an_object_on_stderr_and_an_exit(shell: Shell, words: list[str], exits: Exit, code: str) -> None:
    [told] = shell.ask(*words, exits=exits)
    assert told["code"] == code
    assert told["detail"]


def test_each_kind_of_refusal_has_its_exit(shell: Shell) -> None:
    shell.run("signup", "Bakery watcher")
    assert shell.ask("quote", *WISH, *TERMS, "--reward", "a lot", exits=Exit.INVALID)[0]["param"] == "/reward"
    assert shell.ask("post", *WISH, *TERMS, "--reward", "950", exits=Exit.MONEY)[0]["code"] == "insufficient_funds"
    assert shell.ask("wait", "bnt_nothing", exits=Exit.NOT_FOUND)[0]["code"] == "no_such_bounty"
    [posted] = shell.ask("post", *WISH, *TERMS, "--idempotency-key", "one")
    assert shell.ask("post", *WISH, *TERMS, "--slots", "2", "--idempotency-key", "one", exits=Exit.INVALID)
    assert shell.ask("wait", posted["id"], "--timeout", "0", exits=Exit.STILL_WAITING)[0]["code"] == "still_waiting"
    assert shell.ask("cancel", posted["id"])[0]["status"] == "cancelled"
    assert shell.ask("simulate", posted["id"], "good", exits=Exit.CONFLICT)[0]["code"]

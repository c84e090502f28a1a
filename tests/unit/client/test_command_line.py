"""What a command line is read as, what is kept, and what is printed of what strangers wrote."""

import io
import json
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sightline
from sightline import SightlineError
from sightline import errors as errors_of_client
from sightline.cli import main, memory
from sightline.cli.arguments import parser
from sightline.cli.exits import MEANING, BadWords, Exit, exit_of
from sightline.cli.following import next_of_bounty, next_of_result
from sightline.cli.memory import Known, Unreadable
from sightline.cli.offers import offer_of
from sightline.cli.telling import ProgressLine, clean

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
WORDS = ["--title", "Open?", "--question", "Is it?", "--at", "52.52,13.405", "--radius", "60", "--reward", "2.50"]


@pytest.fixture(autouse=True)
def _nothing_known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for name in ("SIGHTLINE_URL", "SIGHTLINE_KEY"):
        monkeypatch.delenv(name, raising=False)


def offer(*words: str) -> dict[str, Any]:
    return offer_of(parser().parse_args(["quote", *words]), now=NOW)


def test_the_words_are_the_body() -> None:
    assert offer(
        *WORDS, "--for", "6h", "--criterion", "The front is visible", "--challenge", "code", "--slots", "2"
    ) == {
        "title": "Open?",
        "questions": ["Is it?"],
        "criteria": ["The front is visible"],
        "place": {"lat": 52.52, "lng": 13.405, "radius_m": 60},
        "window": {"opens_at": "2026-11-20T09:00:00Z", "closes_at": "2026-11-20T15:00:00Z"},
        "reward": "2.50",
        "slots": 2,
        "proof": {"challenge": "code"},
    }


def test_words_add_to_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    body = {"title": "From a file", "place": {"lat": 1, "lng": 2, "radius_m": 50}, "proof": {"count": 2}}
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(body)))
    made = offer("--file", "-", "--radius", "80", "--challenge", "code")
    assert made == body | {"place": {"lat": 1, "lng": 2, "radius_m": 80}, "proof": {"count": 2, "challenge": "code"}}


def test_a_window_begins_where_it_is_said_to() -> None:
    window = offer("--opens", "2026-11-21T10:00:00+01:00", "--for", "90m")["window"]
    assert window == {"opens_at": "2026-11-21T10:00:00+01:00", "closes_at": "2026-11-21T10:30:00Z"}


@pytest.mark.parametrize(
    "words",
    [
        ["--at", "here"],
        ["--at", "1,2,3"],
        ["--for", "soon"],
        ["--for", "1h", "--closes", "2026-11-21T10:00:00Z"],
        ["--opens", "tomorrow", "--for", "1h"],
        ["--opens", "2026-11-21T10:00:00", "--for", "1h"],
        ["--file", "/nonexistent/body.json"],
    ],
)
def test_words_that_cannot_be_read_are_said_so(words: list[str]) -> None:
    with pytest.raises(BadWords, match=words[0]):
        offer(*words)


def test_a_key_is_kept_for_its_owner_alone_and_for_its_exchange_alone() -> None:
    path = memory.keep(Known("https://one.example", "sl_test_1"))
    memory.keep(Known("https://one.example", "sl_test_2"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert memory.recall(None, None) == Known("https://one.example", "sl_test_2")
    assert memory.recall("https://one.example/", None).key == "sl_test_2"
    assert memory.recall("https://other.example", None).key is None


def test_the_command_line_is_believed_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGHTLINE_URL", "https://env.example")
    monkeypatch.setenv("SIGHTLINE_KEY", "sl_test_env")
    assert memory.recall(None, None) == Known("https://env.example", "sl_test_env")
    assert memory.recall("https://said.example", "sl_test_said") == Known("https://said.example", "sl_test_said")


def test_an_exchange_that_nobody_named_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(BadWords, match="SIGHTLINE_URL"):
        memory.recall(None, None)
    with pytest.raises(BadWords, match="begins with https"):
        memory.recall("localhost:8000", None)
    assert main(["balance"]) == Exit.USAGE
    assert "SIGHTLINE_URL" in capsys.readouterr().err


def test_a_damaged_memory_is_told_and_not_taken_for_none() -> None:
    path = memory.keep(Known("https://one.example", "sl_test_1"))
    path.write_text("{", encoding="utf-8")
    with pytest.raises(Unreadable, match="cannot be read"):
        memory.recall("https://one.example", None)


def test_nobody_there_is_told_by_its_exit_code(capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    monkeypatch.setattr("sightline.exchange.Patience.pause", lambda self, tried: 0.0)
    assert main(["balance", "--url", "http://127.0.0.1:9", "--key", "k", "--json"]) == Exit.NOT_REACHED
    assert json.loads(capsys.readouterr().err)["code"] == "not_reached"


def test_every_exit_has_a_meaning_and_every_error_an_exit() -> None:
    assert set(MEANING) == set(Exit)
    kinds = {each for each in vars(errors_of_client).values() if isinstance(each, type)}
    plain = {errors_of_client.BadAnswer, errors_of_client.InvalidSignature, errors_of_client.Refused, SightlineError}
    for kind in kinds:
        if issubclass(kind, SightlineError) and kind not in plain:
            assert exit_of(kind.__new__(kind)) is not Exit.FAILED


def test_what_comes_next_is_told_in_commands() -> None:
    def bounty(**action: Any) -> Any:
        return {"id": "bnt_1", "next_action": {"call": None, "until": None} | action}

    def result(**action: Any) -> Any:
        return {"id": "sub_1", "next_action": {"call": None, "until": None} | action}

    assert next_of_bounty(bounty(do="wait")) == "Next: sightline wait bnt_1"
    assert next_of_bounty(bounty(do="review", until="noon", silence="accepts")) == (
        "Next: sightline results bnt_1 --save pictures, until noon: silence accepts and pays"
    )
    fund = {"method": "POST", "path": "/v1/bounties/bnt_1/fund"}
    assert next_of_bounty(bounty(do="fund", call=fund)) == "Next: fund (POST /v1/bounties/bnt_1/fund)"
    assert next_of_result(result(do="review", until="noon", silence="rejects")) == [
        "Next: sightline review sub_1 --accept, or --reject GROUND --note WHY, until noon: silence rejects"
    ]
    assert next_of_result(result(do="wait", until="noon", silence="passes_on")) == [
        "Somebody else looks at it first, until noon: then it is your turn"
    ]
    assert next_of_result(result(do="nothing")) == []


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_whoever_looks_is_told_what_is_waited_for_and_whoever_does_not_is_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bounty: Any = {"id": "bnt_1", "status": "open", "version": 2}
    for stderr, shown in ((Terminal(), True), (io.StringIO(), False)):
        monkeypatch.setattr("sys.stderr", stderr)
        line = ProgressLine()
        line(bounty)
        line(bounty | {"status": "completed", "version": 3})
        line.end()
        said = stderr.getvalue()
        assert ("bnt_1 is " in said, "waiting for 0 s" in said) == (shown, shown)
        assert said.endswith("\r\x1b[K") == shown


def test_what_a_stranger_wrote_cannot_move_the_cursor() -> None:
    assert clean("a\x1b[2Jb\nc\u202ed") == "a\ufffd[2Jb\nc\ufffdd"


def test_the_read_me_lists_the_same_exits() -> None:
    text = (Path(sightline.__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    for code, meaning in MEANING.items():
        assert f"| {code.value} | {meaning} |" in text

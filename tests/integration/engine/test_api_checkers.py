"""What others say of the agents' door: programs that nobody here wrote, through the front of a whole house."""

import json
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from agents_api import openapi
from tests import checkers
from tests.integration.engine.running import RunningHouse, until

pytestmark = [pytest.mark.extra, pytest.mark.engine, pytest.mark.timeout(1_800)]

# Refusals that a schema can say: whoever sends what the document allows must not meet them.
OF_FORM = {
    *("unknown_field", "missing_field", "given_twice", "invalid_field", "malformed_json", "text_too_long"),
    *("text_too_short", "idempotency_key_missing", "idempotency_key_malformed", "version_missing"),
    *("not_acceptable", "unsupported_media_type", "method_not_allowed"),
}
# A change without the version that it is a change of is answered as RFC 6585 has it.
CHECKS = """
[checks.missing_required_header]
expected-statuses = [400, 401, 406, 415, 422, 428]

[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 406, 409, 412, 415, 422, 428, 429, "5xx"]
"""


@pytest.fixture(scope="module")
def house() -> Iterator[RunningHouse]:
    with tempfile.TemporaryDirectory(prefix="sightline-checkers-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)  # run as root, the database is another user, who has to pass through
        running = RunningHouse(Path(folder) / "home", "--no-demo")
        try:
            running.wait_until_up()
            yield running
        finally:
            running.clean_up()


class Agent:
    """One that has something of everything, so that every address has something to find."""

    def __init__(self, house: RunningHouse) -> None:
        self._url = f"http://127.0.0.1:{house.port}"
        self.secret = ""
        self.secret = self.call("POST", "/v1/agents", {"name": "Checked"})["key"]
        closes_at = (datetime.now(UTC) + timedelta(hours=6)).isoformat()
        wish = {
            "title": "Is it open?",
            "questions": ["Is it open?"],
            "place": {"lat": 52.52, "lng": 13.405, "radius_m": 60},
            "window": {"closes_at": closes_at},
            "reward": "2.50",
            "slots": 3,
        }
        bounty = self.call("POST", "/v1/bounties", {**wish, "simulate": {"outcome": "good"}})["id"]
        [result] = until(
            lambda: self.call("GET", f"/v1/bounties/{bounty}/results")["data"], what="a result", within=120
        )
        self.call("POST", f"/v1/results/{result['id']}/accept")
        about = {"result": result["id"], "ground": "answer_wrong", "note": "It was shut."}
        endpoint = self.call("POST", "/v1/webhook-endpoints", {"url": "https://agent.example.com/hook"})["id"]
        scopes = {"scopes": ["read", "post", "review", "money"]}
        self.keys = [self.call("POST", "/v1/keys", scopes, once=str(number)) for number in range(8)]
        self.ids = {
            "bounty_id": bounty,
            "result_id": result["id"],
            "dispute_id": self.call("POST", "/v1/disputes", about)["id"],
            "webhook_endpoint_id": endpoint,
            "key_id": self.call("POST", "/v1/keys", {"scopes": ["read"]})["id"],
            "deposit_id": self.call("POST", "/v1/deposits", {"amount": "5.00"})["id"],
        }

    def call(self, method: str, path: str, body: dict[str, Any] | None = None, *, once: str = "") -> dict[str, Any]:
        headers = {"Content-Type": "application/json", "Idempotency-Key": f"{method}{path}{once}"}
        if self.secret:
            headers["Authorization"] = f"Bearer {self.secret}"
        data = json.dumps(body or {}).encode() if method == "POST" else None
        with urlopen(Request(f"{self._url}{path}", data, headers, method=method), timeout=60) as answer:
            told: dict[str, Any] = json.load(answer)
        return told


# With the ids of what there is, and with whatever the checker thinks of.
@pytest.mark.parametrize(("seed", "known"), [(1, True), (2, False), (3, True)])
def test_schemathesis_finds_nothing(house: RunningHouse, tmp_path: Path, seed: int, known: bool) -> None:
    agent = Agent(house)
    ids = agent.ids if known else {}
    (tmp_path / "schemathesis.toml").write_text(
        "\n".join([CHECKS, "[parameters]", *(f'"path.{name}" = "{value}"' for name, value in ids.items())])
    )
    refusals = {refusal.code for placed in openapi.every_operation() for refusal in openapi.refusals(placed)}
    meaning = refusals - OF_FORM
    ran = checkers.run_python(
        *("-m", "schemathesis.cli", "run", f"http://127.0.0.1:{house.port}/v1/openapi.json"),
        *("--checks", "all", "--seed", str(seed)),
        *("--max-examples", "25", "--workers", "2", "--continue-on-failure", "--request-timeout", "60"),
        cwd=tmp_path,
        timeout=1_200,
        SCHEMATHESIS_HOOKS="asking",
        PYTHONPATH=str(checkers.HERE),
        TEST_SECRETS=" ".join(each["key"] for each in agent.keys),
        TEST_OWN_KEYS=" ".join(each["id"] for each in agent.keys),
        TEST_OTHER_KEY=agent.ids["key_id"],
        TEST_MEANING=" ".join(sorted(meaning)),
    )
    assert ran.returncode == 0, ran.stdout[-20_000:] + ran.stderr


def test_a_generated_client_posts_waits_gets_and_accepts(house: RunningHouse, tmp_path: Path) -> None:
    (tmp_path / "openapi.json").write_text(json.dumps(openapi.document()))
    made = checkers.run_python(
        *("-m", "openapi_python_client", "generate", "--path", "openapi.json"),
        *("--output-path", "sightline_client", "--meta", "none"),
        cwd=tmp_path,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    walked = checkers.run_python(
        str(checkers.HERE / "walking.py"), str(tmp_path), f"http://127.0.0.1:{house.port}", timeout=300
    )
    assert walked.returncode == 0, walked.stdout + walked.stderr
    told = json.loads(walked.stdout)
    assert (told["waited"], told["reviewed"]) == ("review", "in_review")
    assert (told["accepted"], told["read"]) == ("accepted", "accepted")
    assert len(told["answers"]) == 1
    assert {"BountyOpenedEvent", "ResultInReviewEvent", "ResultAcceptedEvent"} <= set(told["told"])


def test_redocly_runs_the_workflow_from_signing_up_to_accepting(house: RunningHouse, tmp_path: Path) -> None:
    with urlopen(f"http://127.0.0.1:{house.port}/arazzo.yaml", timeout=60) as served:
        (tmp_path / "arazzo.yaml").write_bytes(served.read())
    given = {"closes_at": (datetime.now(UTC) + timedelta(hours=6)).isoformat(), "once": "checked"}
    words = ["--input", json.dumps(given), "--json-output", "ran.json"]
    ran = checkers.run("redocly", "respect", "arazzo.yaml", *words, cwd=tmp_path, timeout=900)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    [told] = json.loads((tmp_path / "ran.json").read_text())["files"].values()
    [workflow] = told["executedWorkflows"]
    walked = dict.fromkeys(step["stepId"] for step in workflow["executedSteps"])  # a slow house is waited for again
    assert list(walked) == ["sign_up", "ask_the_price", "post", "wait", "find_result", "look", "accept"]

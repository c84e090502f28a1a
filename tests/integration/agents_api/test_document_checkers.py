"""What others say of the document that describes the API: programs that nobody here wrote."""

import json
from pathlib import Path

import pytest

from agents_api import openapi
from tests import checkers

pytestmark = [pytest.mark.extra, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("document")
    (folder / ".spectral.yaml").write_text('extends: ["spectral:oas"]\n')
    written = folder / "openapi.json"
    written.write_text(json.dumps(openapi.document()))
    return written


def test_redocly_finds_no_error_in_it(document: Path) -> None:
    looked = checkers.run("redocly", "lint", document.name, "--format", "json", cwd=document.parent)
    assert looked.returncode == 0, looked.stdout + looked.stderr
    said = json.loads(looked.stdout)
    # This house's own address may be a loopback one; everything else is to be mended.
    assert [each["ruleId"] for each in said["problems"] if each["ruleId"] != "no-server-example.com"] == []


def test_redocly_finds_it_ready_for_agents(document: Path) -> None:
    looked = checkers.run("redocly", "score", document.name, "--format", "json", cwd=document.parent)
    assert looked.returncode == 0, looked.stdout + looked.stderr
    scored = json.loads(looked.stdout)
    assert scored["agentReadiness"] >= 85, scored["subscores"]


def test_spectral_has_nothing_to_say_of_it(document: Path) -> None:
    words = ["lint", document.name, "--ruleset", ".spectral.yaml", "--fail-severity", "hint", "--format", "json"]
    looked = checkers.run("spectral", *words, cwd=document.parent)
    assert looked.returncode == 0, looked.stdout + looked.stderr

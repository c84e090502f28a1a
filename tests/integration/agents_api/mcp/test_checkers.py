"""What others say of our door for models: programs that nobody here wrote, against the real process."""

import json
import re
from collections.abc import Iterator

import pytest
import yaml

from agents_api.mcp.tools import TOOLS
from tests import checkers
from tests.integration.market.served import WAITS, Served

pytestmark = [pytest.mark.extra, pytest.mark.engine, pytest.mark.timeout(600)]

# A server of that revision asks its client back within a session, and ours has none: each request stands by itself.
NEEDS_A_SESSION = {
    "tools-call-sampling",
    "tools-call-elicitation",
    "elicitation-sep1034-defaults",
    "elicitation-sep1330-enums",
}
REQUIREMENTS = checkers.HERE / "node_modules" / "@modelcontextprotocol" / "conformance" / "requirements"


@pytest.fixture(scope="module")
def house() -> Iterator[Served]:
    with Served() as served:
        yield served


@pytest.fixture(scope="module")
def furnished() -> Iterator[str]:
    """The address of the same process with the conformance suite's tools beside ours."""
    with Served(MCP_FIXTURES="tests.conformance.furnish") as served:
        yield f"http://localhost:{served.serve('waits', WAITS)}/mcp"


def test_the_list_of_tools_suits_every_model_that_the_inspector_knows_of(house: Served) -> None:
    port = house.serve("waits", WAITS)
    url = f"http://127.0.0.1:{port}/mcp"
    looked = checkers.run("mcp-inspector", "--cli", url, "--transport", "http", "--method", "tools/list", "--strict")
    assert looked.returncode == 0, looked.stdout + looked.stderr
    assert [each["name"] for each in json.loads(looked.stdout)["tools"]] == [tool.name for tool in TOOLS]
    assert looked.stderr == ""


@pytest.mark.parametrize(
    ("revision", "required", "not_ours"), [("2026-07-28", 37, set()), ("2025-11-25", 30, NEEDS_A_SESSION)]
)
def test_the_door_does_what_a_revision_of_the_protocol_requires(
    furnished: str, revision: str, required: int, not_ours: set[str]
) -> None:
    judged = checkers.run("conformance", "server", "--url", furnished, "--requirements", revision)
    scored = yaml.safe_load((REQUIREMENTS / f"{revision}.yaml").read_text())["server"]
    _, _, summary = judged.stdout.partition("=== SUMMARY ===")
    passed = {name: mark == "✓" for mark, name in re.findall(r"^([✓✗]) ([\w-]+): ", summary, re.MULTILINE)}
    assert len(scored) == required
    assert {name for name in scored if not passed[name]} == not_ours, judged.stdout
    assert judged.returncode == bool(not_ours)

"""What others say of our door for models: programs that nobody here wrote, against the real process."""

import json
from collections.abc import Iterator

import pytest

from agents_api.mcp.tools import TOOLS
from tests import checkers
from tests.integration.market.served import WAITS, Served

pytestmark = [pytest.mark.extra, pytest.mark.engine, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def house() -> Iterator[Served]:
    with Served() as served:
        yield served


def test_the_list_of_tools_suits_every_model_that_the_inspector_knows_of(house: Served) -> None:
    port = house.serve("waits", WAITS)
    url = f"http://127.0.0.1:{port}/mcp"
    looked = checkers.run("mcp-inspector", "--cli", url, "--transport", "http", "--method", "tools/list", "--strict")
    assert looked.returncode == 0, looked.stdout + looked.stderr
    assert [each["name"] for each in json.loads(looked.stdout)["tools"]] == [tool.name for tool in TOOLS]
    assert looked.stderr == ""

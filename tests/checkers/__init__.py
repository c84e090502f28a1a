"""Other people's checkers that come from npm: what `package.json` here pins, installed when the first test asks.

Only tests marked `extra` use them. They want a newer Node than a machine may have, so they always get the one of the
Python environment, which requirements/node.txt pins.
"""

import hashlib
import os
import runpy
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from market.config import ROOT

HERE = Path(__file__).resolve().parent
_MODULES = HERE / "node_modules"


def run(
    name: str, *words: str, cwd: Path = ROOT, timeout: float = 240, **environment: str
) -> subprocess.CompletedProcess[str]:
    """A checker by the name of its program. What it keeps at home is kept nowhere, and it tells nobody of us."""
    with tempfile.TemporaryDirectory(prefix="sightline-checker-") as home:
        return subprocess.run(
            [str(_node()), str(_MODULES / ".bin" / name), *words],
            cwd=cwd,
            env={**os.environ, "HOME": home, "REDOCLY_TELEMETRY": "off", "NO_COLOR": "1", **environment},
            capture_output=True,
            text=True,
            timeout=timeout,
        )


@cache
def _node() -> Path:
    """Node, with everything that is pinned beside this file."""
    setup = runpy.run_path(str(ROOT / "bin" / "setup.py"))
    with setup["alone"]():
        folder: Path = setup["find_node"]() or setup["install_node"]()
        node = folder / "bin" / "node"
        wanted = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
        stamp = _MODULES / ".installed"
        if not stamp.exists() or stamp.read_text() != wanted:
            npm = folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
            # Without their install scripts: what is run here are the programs that were asked for, and nothing else.
            command = [str(node), str(npm), "ci", "--ignore-scripts", "--loglevel", "error"]
            done = subprocess.run(command, cwd=HERE, capture_output=True, text=True)
            assert done.returncode == 0, done.stdout + done.stderr
            stamp.write_text(wanted)
    return node

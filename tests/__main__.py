"""`bin/test`: every check there is, the quick ones first. Arguments that are not ours go to pytest."""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence

PYTHON = sys.executable

QUICK: dict[str, list[str]] = {
    "format": ["ruff", "format", "--check", "--quiet"],
    "lint": ["ruff", "check", "--quiet"],
    "import contracts": ["lint-imports", "--no-timing"],
}
THOROUGH: dict[str, list[str]] = {
    "types": ["mypy"],
    "shell scripts": ["shellcheck", "bin/up", "bin/test", "bin/find-python", ".ci/run"],
}


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="bin/test", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the inner loop: lint and unit tests, no browser")
    parser.add_argument("--extra", action="store_true", help="also what takes long or comes from elsewhere")
    options, for_pytest = parser.parse_known_args(arguments)
    failed = [name for name, command in (QUICK if options.quick else QUICK | THOROUGH).items() if not _passes(name, command)]
    answer = subprocess.run([PYTHON, "-m", "pytest", *_pytest_words(options, for_pytest)]).returncode
    if failed:
        print(f"bin/test: not clean: {', '.join(failed)} (see above)", file=sys.stderr)
    return answer or bool(failed)


def _pytest_words(options: argparse.Namespace, for_pytest: Sequence[str]) -> list[str]:
    words = ["--numprocesses", str(os.cpu_count() or 2), "--dist", "worksteal", "--durations", "10"]
    if options.quick:
        words += ["tests/unit"]
    return [*words, *for_pytest]


def _passes(name: str, command: Sequence[str]) -> bool:
    began = time.monotonic()
    done = subprocess.run([PYTHON, "-m", *command] if command[0] == "django" else command, capture_output=True, text=True)
    print(f"{name}: {'ok' if done.returncode == 0 else 'FAILED'} ({time.monotonic() - began:.1f} s)", flush=True)
    if done.returncode:
        print(done.stdout + done.stderr, flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

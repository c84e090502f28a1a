"""`bin/test`: every check there is, the quick ones first. What is not ours below goes to pytest."""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from tests import chromium

# Name of a check, and its command: programs of the Python environment, which bin/test puts first on PATH.
QUICK = {
    "format": ["ruff", "format", "--check", "--quiet", "."],
    "lint": ["ruff", "check", "--quiet", "."],
    "import contracts": ["lint-imports"],
}
THOROUGH = {
    "shell scripts": ["shellcheck", "bin/up", "bin/test", "bin/find-python", ".ci/run"],
    "image": ["hadolint", "docker/Dockerfile"],
    "compose": ["check-jsonschema", "--builtin-schema", "vendor.compose-spec", "docker/compose.yaml"],
    "front, format": ["caddy", "fmt", "--diff", "docker/Caddyfile"],
    "front for phones, format": ["caddy", "fmt", "--diff", "docker/Caddyfile.https"],
    "front": [
        *("env", "SIGHTLINE_SITES=https://sightline.example", "SIGHTLINE_WSGI=web:8000", "SIGHTLINE_ASGI=waits:8001"),
        *("caddy", "validate", "--config", "docker/Caddyfile", "--adapter", "caddyfile"),
    ],
}
# Keeps one core busy for as long as a sixth of all tests: these run beside it, and what it says is told after them.
BESIDE_THE_TESTS = {"types": ["mypy"]}
# What tests start loads these again and again, and compiles them each time where no bytecode may be written by the way.
OURS = ("market", "bounties", "verification", "agents_api", "web", "clients", "tests")


def main(arguments: Sequence[str]) -> int:
    options, for_pytest = _parser().parse_known_args(arguments)
    subprocess.run([sys.executable, "-m", "compileall", "-q", *OURS])  # a file that does not compile is the linter's
    checks = QUICK if options.quick else QUICK | THOROUGH
    # All checks run, whatever the first of them says: one round shows everything that has to be mended.
    with ThreadPoolExecutor(max_workers=2) as side_by_side:
        browser = None if options.quick else side_by_side.submit(chromium.find_or_install)
        said = [_told(each) for each in side_by_side.map(_check, checks, checks.values())]
        beside = [side_by_side.submit(_check, *each) for each in BESIDE_THE_TESTS.items() if not options.quick]
        if browser:
            os.environ["SIGHTLINE_CHROMIUM"] = str(browser.result())
        tests = subprocess.run([sys.executable, "-m", "pytest", *_words_for_pytest(options), *for_pytest])
        said += [_told(each.result()) for each in beside]
    failed = [each.name for each in said if each.complaint]
    if options.long and tests.returncode == 0:
        tests = subprocess.run([sys.executable, "-m", "tests.simulation"])
        payouts = subprocess.run([sys.executable, "-m", "tests.simulation", "--payouts", "10000"])
        tests = tests if tests.returncode else payouts
    if failed:
        print(f"\nbin/test: not clean: {', '.join(failed)}. What they say stands above.", file=sys.stderr)
    return tests.returncode or bool(failed)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bin/test",
        description="Check everything: lint, types, import contracts, documents, and every test.",
        epilog="All other arguments go to pytest: bin/test -k claim, bin/test tests/unit --lf",
        allow_abbrev=False,
    )
    parser.add_argument("--quick", action="store_true", help="the inner loop: lint, contracts and unit tests")
    parser.add_argument("--extra", action="store_true", help="also what takes long: other people's checkers")
    parser.add_argument(
        "--long", action="store_true", help="and then an hour of random stories with new seeds, and 10,000 payouts"
    )
    return parser


def _words_for_pytest(options: argparse.Namespace) -> list[str]:
    words = ["--numprocesses", str(os.cpu_count() or 1), "--dist", "worksteal", "--durations", "10"]
    if not options.extra:
        words += ["-m", "not extra"]
    if options.quick:
        words += ["tests/unit"]
    return words


@dataclass(frozen=True)
class _Said:
    """What a check has said: nothing that matters, or what has to be mended."""

    name: str
    seconds: float
    complaint: str


def _check(name: str, command: Sequence[str]) -> _Said:
    began = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True)
    complaint = (done.stdout + done.stderr).strip() or f"exit code {done.returncode}"
    return _Said(name, time.monotonic() - began, complaint if done.returncode else "")


def _told(said: _Said) -> _Said:
    print(f"{said.name}: {'FAILED' if said.complaint else 'ok'} ({said.seconds:.1f} s)", flush=True)
    if said.complaint:
        print(said.complaint, flush=True)
    return said


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

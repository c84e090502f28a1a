"""A Chromium for the browser tests: the one that is there, else the system's package, else Playwright's own."""

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


def find() -> Path | None:
    named = os.environ.get("SIGHTLINE_CHROMIUM")
    if named:
        return Path(named)
    for name in _NAMES:
        found = shutil.which(name)
        if found:
            return Path(found)
    return _MAC if _MAC.exists() else None


def find_or_install() -> Path:
    return find() or _from_system_packages() or _from_playwright() or _give_up()


def _from_system_packages() -> Path | None:
    if platform.system() != "Linux" or not shutil.which("apt-get"):
        return None
    # Without a password, or not at all: nobody may be there to type one.
    rights = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    if rights and not shutil.which("sudo"):
        return None
    quiet = ["env", "DEBIAN_FRONTEND=noninteractive"]
    _run("Looking up the system's packages", [*rights, *quiet, "apt-get", "update", "-qq"])
    # On Ubuntu the package is a stub that wants snap; what counts is whether a browser is there afterwards.
    _run(
        "Installing Chromium",
        [*rights, *quiet, "apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"],
    )
    return find()


def _from_playwright() -> Path | None:
    if not _run("Installing Playwright's Chromium", [sys.executable, "-m", "playwright", "install", "chromium"]):
        return None
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    return path if path.exists() else None


def _give_up() -> Path:
    sys.exit(
        "bin/test: the browser tests need a Chromium, and none could be installed. Install one (Debian: apt install "
        "chromium) or name it: SIGHTLINE_CHROMIUM=/path/to/chromium bin/test. Without one: bin/test --quick."
    )


def _run(title: str, command: list[str]) -> bool:
    print(f"{title} …", flush=True)  # whole lines: the checks say theirs at the same time
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    print(f"{title}: {'not possible here' if done.returncode else 'done'}", flush=True)
    return done.returncode == 0

"""What the commands print: sentences for people, or with --json the answers as they came, one to a line."""

import json
import re
import sys
import threading
import time
from collections.abc import Mapping
from typing import Any

from sightline.errors import Refused, SightlineError
from sightline.types import Bounty

_CLEARED = "\r\x1b[K"


def show(told: Mapping[str, Any], *, as_json: bool, sentence: str) -> None:
    print(json.dumps(told) if as_json else clean(sentence), flush=True)


def complain(error: SightlineError, *, as_json: bool) -> None:
    if as_json:
        told = error.problem if isinstance(error, Refused) else {"code": _code(error), "detail": str(error)}
        print(json.dumps(told), file=sys.stderr)
        return
    print(clean(str(error)), file=sys.stderr)
    if isinstance(error, Refused) and error.fix_call:
        print(clean(f"Try: {error.fix_call['method']} {error.fix_call['path']}"), file=sys.stderr)


def clean(text: str) -> str:
    """Without control characters: what strangers wrote must not move the cursor of a terminal."""
    return "".join(each if each.isprintable() or each == "\n" else "\N{REPLACEMENT CHARACTER}" for each in text)


class ProgressLine:
    """One line on a terminal that says what is waited for, and each second how long. Nothing where nobody looks."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._is_shown = sys.stderr.isatty()
        self._says = ""
        self._over = threading.Event()
        # The exchange is silent for most of a minute while it waits; the line is not.
        self._ticking = threading.Thread(target=self._tick, daemon=True)

    def __call__(self, bounty: Bounty) -> None:
        if self._is_shown:
            self._says = clean(f"{bounty['id']} is {bounty['status']} (version {bounty['version']})")
            if not self._ticking.is_alive():
                self._ticking.start()

    def end(self) -> None:
        if self._says:
            self._over.set()
            self._ticking.join()
            print(_CLEARED, end="", file=sys.stderr, flush=True)

    def _tick(self) -> None:
        while True:
            seconds = int(time.monotonic() - self._began)
            print(f"{_CLEARED}{self._says}, waiting for {seconds} s", end="", file=sys.stderr, flush=True)
            if self._over.wait(1.0):
                return


def _code(error: SightlineError) -> str:
    """What the client says by itself is named as the exchange names its refusals: still_waiting, not_reached."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(error).__name__).lower()

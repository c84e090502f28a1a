"""What the commands print: sentences for people, or with --json the answers as they came, one to a line."""

import json
import sys
import time
from collections.abc import Mapping
from typing import Any

from sightline.errors import Refused, SightlineError, StillWaiting
from sightline.types import Bounty


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
    """One line on a terminal that says what is waited for. Says nothing where nobody looks."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._is_shown = sys.stderr.isatty()

    def __call__(self, bounty: Bounty) -> None:
        if self._is_shown:
            seconds = int(time.monotonic() - self._began)
            line = f"{bounty['id']} is {bounty['status']} (version {bounty['version']}), waiting for {seconds} s"
            print(f"\r\x1b[K{clean(line)}", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        if self._is_shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _code(error: SightlineError) -> str:
    return "still_waiting" if isinstance(error, StillWaiting) else type(error).__name__.lower()

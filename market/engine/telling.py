"""What `bin/up` says while it works. A terminal that has gone away must not keep it from stopping its children."""

import sys
import threading
import time
from pathlib import Path
from types import TracebackType

_clears_line = "\r\033[K"


def say(text: str) -> None:
    try:
        print(text, flush=True)
    except (OSError, ValueError):  # whoever listened is gone: a closed terminal, a `head` that has seen enough
        sys.stdout = Path("/dev/null").open("w")  # noqa: SIM115  for as long as we live


def note(sentence: str) -> None:
    say(f"sightline: {sentence}")


class Told:
    """Tell what is being done: at once, every second on a terminal, and how long it took where that was long."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._over = threading.Event()
        self._ticker = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> None:
        self._began = time.monotonic()
        if sys.stdout.isatty():
            self._ticker.start()
        else:
            say(f"{self._title} …")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        seconds = time.monotonic() - self._began
        self._over.set()
        ending = "" if kind else " done" if seconds < 1 else f" done ({seconds:.1f} s)"
        if self._ticker.ident is not None:
            self._ticker.join()
            say(f"{_clears_line}{self._title} …{ending}")
        elif seconds >= 1 and not kind:
            say(f"{self._title} …{ending}")

    def _tick(self) -> None:
        while True:
            seconds = time.monotonic() - self._began
            try:
                print(f"{_clears_line}{self._title} …{f' {seconds:.0f} s' if seconds >= 1 else ''}", end="", flush=True)
            except (OSError, ValueError):
                return
            if self._over.wait(1.0):
                return

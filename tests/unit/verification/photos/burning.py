"""A darkroom with jobs of its own: one burns as a decoder bomb does, one tries what a decoder under somebody else's
command would try. No picture known today does either here.
"""

import os
import socket
from collections.abc import Callable
from typing import Any, NoReturn

from verification.photos import darkroom
from verification.photos.formats import Data


def burn(data: Data, options: dict[str, Any]) -> NoReturn:
    hoard = []
    while True:
        if options.get("memory"):
            hoard.append(bytes(1 << 24))


def reach_out(data: Any, options: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
    """What of all this can be done in a fork. Nothing should."""
    tries: dict[str, Callable[[], object]] = {
        "read a file": lambda: os.open(__file__, os.O_RDONLY),
        "write a file": lambda: os.open("/tmp/escaped", os.O_WRONLY | os.O_CREAT),
        "open a socket": lambda: socket.socket(socket.AF_INET),
        "write the picture": lambda: data.__setitem__(0, 0),
        "read another descriptor": lambda: [os.fstat(each) for each in (0, 3, 4, 5)],
        "open a pipe": os.pipe,
    }
    done = []
    for name, attempt in tries.items():
        try:
            attempt()
        except (OSError, TypeError):
            continue
        done.append(name)
    return {"done": done, "size": len(data)}, []


if __name__ == "__main__":
    darkroom.JOBS["burn"] = burn
    darkroom.JOBS["reach_out"] = reach_out
    darkroom.serve()

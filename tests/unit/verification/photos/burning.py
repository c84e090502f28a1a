"""A darkroom with one job more, which burns: what a decoder bomb does. No picture known today does it here."""

from typing import Any, NoReturn

from verification.photos import darkroom


def burn(data: bytes, options: dict[str, Any]) -> NoReturn:
    hoard = []
    while True:
        if options.get("memory"):
            hoard.append(bytes(1 << 24))


if __name__ == "__main__":
    darkroom.JOBS["burn"] = burn
    darkroom.serve()

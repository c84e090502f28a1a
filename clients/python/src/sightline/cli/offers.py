"""From the words of a command line to the body of a bounty. The exchange is who judges it."""

import argparse
import json
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sightline.cli.exits import BadWords

_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


def offer_of(given: argparse.Namespace, *, now: datetime) -> dict[str, Any]:
    body = _read_file(given.file) if given.file else {}
    plain = {
        "title": given.title,
        "questions": given.question,
        "criteria": given.criterion,
        "reward": given.reward,
        "slots": given.slots,
        "review": given.review,
        "place": _place(given, body.get("place")),
        "window": _window(given, body.get("window"), now=now),
        "proof": body.get("proof", {}) | {"challenge": given.challenge} if given.challenge else None,
    }
    return body | {name: value for name, value in plain.items() if value is not None}


def _read_file(name: str) -> dict[str, Any]:
    try:
        body = json.loads(sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadWords(f"--file {name}: {error}") from error
    if not isinstance(body, dict):
        raise BadWords(f"--file {name}: it must be one JSON object.")
    return body


def _place(given: argparse.Namespace, before: Any) -> dict[str, Any] | None:
    place: dict[str, Any] = dict(before) if isinstance(before, dict) else {}
    if given.at is not None:
        try:
            lat, lng = (float(part) for part in given.at.split(","))
        except ValueError:
            raise BadWords("--at: write it as 52.52,13.405") from None
        place |= {"lat": lat, "lng": lng}
    if given.radius is not None:
        place["radius_m"] = given.radius
    return place or None


def _window(given: argparse.Namespace, before: Any, *, now: datetime) -> dict[str, Any] | None:
    window: dict[str, Any] = dict(before) if isinstance(before, dict) else {}
    if given.opens is not None:
        window["opens_at"] = given.opens
    if given.closes is not None and given.lasts is not None:
        raise BadWords("--closes and --for say the same; give one of them.")
    if given.closes is not None:
        window["closes_at"] = given.closes
    if given.lasts is not None:
        try:
            opens = datetime.fromisoformat(window["opens_at"]) if "opens_at" in window else now
        except (TypeError, ValueError):
            raise BadWords("--opens: write it as 2026-11-20T09:00:00Z") from None
        window["closes_at"] = _written(opens + _length(given.lasts))
    if window:
        window.setdefault("opens_at", _written(now))
    return window or None


def _length(text: str) -> timedelta:
    match = re.fullmatch(r"(\d{1,5})([mhd])", text, re.ASCII)
    if match is None:
        raise BadWords("--for: write it as 90m, 6h or 2d")
    return int(match[1]) * _UNITS[match[2]]


def _written(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise BadWords("--opens: say the time zone, as in 2026-11-20T09:00:00Z")
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

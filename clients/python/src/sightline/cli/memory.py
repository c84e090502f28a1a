"""Which exchange and which key: from the command line, the environment, or what `signup` kept."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from sightline.cli.exits import BadWords
from sightline.errors import SightlineError


class Unreadable(SightlineError):
    """What was kept cannot be read."""


@dataclass(frozen=True, slots=True)
class Known:
    base_url: str
    key: str | None


def place() -> Path:
    folder = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(folder) / "sightline" / "client.json"


def recall(base_url: str | None, key: str | None) -> Known:
    kept = _read()
    url = base_url or os.environ.get("SIGHTLINE_URL") or kept.get("base_url")
    if not url:
        raise BadWords("Name the exchange: --url https://…, or SIGHTLINE_URL.")
    if not url.startswith(("http://", "https://")):
        raise BadWords(f"The exchange's address begins with https:// or http://, and {url} does not.")
    # A key belongs to the exchange that gave it: never show one exchange's key to another.
    ours = kept.get("key") if url.rstrip("/") == kept.get("base_url") else None
    return Known(url.rstrip("/"), key or os.environ.get("SIGHTLINE_KEY") or ours)


def keep(known: Known) -> Path:
    """Readable by its owner alone, from the first byte on."""
    path = place()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600, exist_ok=False)
    fresh.write_text(json.dumps({"base_url": known.base_url, "key": known.key}), encoding="utf-8")
    fresh.replace(path)
    return path


def _read() -> dict[str, str]:
    try:
        kept = json.loads(place().read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise Unreadable(f"{place()} cannot be read: {error}") from error
    return kept if isinstance(kept, dict) else {}

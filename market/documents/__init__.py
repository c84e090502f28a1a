"""Documents that are written by the code they describe. `manage.py write_documents` writes them, `--check` compares.

A room adds one by a `documents.py` of its own with a function marked `@document("docs/name.md")` that returns the text.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from django.utils.module_loading import autodiscover_modules

from market.config import ROOT

_writers: dict[str, Callable[[], str]] = {}


def document(path: str) -> Callable[[Callable[[], str]], Callable[[], str]]:
    """Mark a function that returns the text of the document at this path, seen from the repository's root."""

    def register(write: Callable[[], str]) -> Callable[[], str]:
        known = _writers.setdefault(path, write)
        if known is not write:
            raise ValueError(f"{path} is written by {known.__module__} already")
        return write

    return register


def texts() -> dict[str, str]:
    """Every document's path and what it should say."""
    from market.documents import environment, states  # noqa: F401, PLC0415 - they import this, and register themselves

    autodiscover_modules("documents")
    return {path: _writers[path]().rstrip() + "\n" for path in sorted(_writers)}


def stale(root: Path = ROOT) -> Iterator[str]:
    """The documents that do not say what they should."""
    for path, text in texts().items():
        target = root / path
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            yield path


def write_all(root: Path = ROOT) -> list[str]:
    """Write what is stale, and say what that was."""
    right = texts()
    written = list(stale(root))
    for path in written:
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(right[path], encoding="utf-8")
    return written

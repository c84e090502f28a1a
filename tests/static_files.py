"""Static files in tests: looked at once for a process, and not once for each test client.

A client has a handler of its own, whose middleware would read the folder again, stat its three hundred files and make
the headers of each: a quarter of the processor time of all tests that ask for anything.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from market.middleware import StaticFiles


@contextmanager
def looked_at_once() -> Iterator[None]:
    plain: Any = StaticFiles.update_files_dictionary
    seen: dict[tuple[object, ...], dict[str, Any]] = {}

    def update(self: Any, root: str, prefix: str) -> None:
        manifest = Path(root) / "staticfiles.json"
        made_at = manifest.stat().st_mtime_ns if manifest.exists() else 0
        key = (root, prefix, made_at, self.max_age, self.allow_all_origins, self.charset)
        known = seen.get(key)
        if known is None:
            before = set(self.files)
            plain(self, root, prefix)
            known = {url: file for url, file in self.files.items() if url not in before}
            seen[key] = known
        self.files.update(known)

    StaticFiles.update_files_dictionary = update
    try:
        yield
    finally:
        StaticFiles.update_files_dictionary = plain

"""Static files with hashed names, also inside our own ES modules: what one imports from another is the hashed file.
What a style sheet imports stands in it."""

import re
from collections.abc import Callable
from typing import Any, Final

from django.contrib.staticfiles.storage import HashedFilesMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage

_GLOB, _PATTERNS = HashedFilesMixin._js_module_import_aggregation_patterns  # type: ignore[attr-defined]  # noqa: SLF001
_SHEETS: Final = "css/"
_IMPORT: Final = r'(?P<matched>@import "(?P<url>[a-z_]+\.css)";)'
_ITSELF: Final = "what is imported itself"


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # it has no types
    support_js_module_import_aggregation = True
    # Not in other people's scripts: some of them name, in comments, files that they do not bring along.
    _js_module_import_aggregation_patterns = (f"js/{_GLOB}", _PATTERNS)
    # First, so that what comes in with it is treated like the sheet's own.
    patterns = ((f"{_SHEETS}*.css", ((_IMPORT, _ITSELF),)), *HashedFilesMixin.patterns)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._addresses: dict[str, str] = {}

    def url(self, name: str, force: bool = False) -> str:
        """A page names dozens of files, each icon's among them; they are the same until the files are made anew."""
        found = self._addresses.get(name)
        if found is None:
            found = self._addresses[name] = str(super().url(name, force))
        return found

    def save_manifest(self) -> None:
        super().save_manifest()
        self._addresses.clear()

    def url_converter(
        self, name: str, hashed_files: dict[str, str], template: str | None = None
    ) -> Callable[[re.Match[str]], str]:
        if template != _ITSELF:
            converter: Callable[[re.Match[str]], str] = super().url_converter(name, hashed_files, template)
            return converter
        return self._imported

    def _imported(self, found: re.Match[str]) -> str:
        with self.open(f"{_SHEETS}{found['url']}") as sheet:
            content: Any = sheet.read()
        return str(content.decode())

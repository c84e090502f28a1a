"""Static files with hashed names, also inside our own ES modules: what one imports from another is the hashed file."""

from django.contrib.staticfiles.storage import HashedFilesMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage

_GLOB, _PATTERNS = HashedFilesMixin._js_module_import_aggregation_patterns  # type: ignore[attr-defined]  # noqa: SLF001


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # it has no types
    support_js_module_import_aggregation = True
    # Not in other people's scripts: some of them name, in comments, files that they do not bring along.
    _js_module_import_aggregation_patterns = (f"js/{_GLOB}", _PATTERNS)

"""Make what the pages are served with from what is committed: static files with hashed names, translated texts."""

import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import BaseCommand, call_command

from market import texts
from market.config import ROOT, config


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        texts.compile_all(ROOT / "locale", to=config.home / "locale")
        _collect_static()


def _collect_static() -> None:
    """Hash, compress and copy the static files, if any has changed since the last time."""
    root = Path(settings.STATIC_ROOT)
    made_of = root.parent / "run" / "static-made-of"
    wanted = _fingerprint()
    if (root / "staticfiles.json").exists() and made_of.exists() and made_of.read_text() == wanted:
        return
    call_command("collectstatic", interactive=False, verbosity=0, clear=False)
    made_of.parent.mkdir(parents=True, exist_ok=True)
    made_of.write_text(wanted)


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            about = Path(storage.path(path)).stat()
            digest.update(f"{path}\0{about.st_size}\0{about.st_mtime_ns}\n".encode())
    return digest.hexdigest()

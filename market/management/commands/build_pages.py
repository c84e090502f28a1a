"""Make what the pages are served with from what is committed: static files with hashed names, translated texts."""

from typing import Any

from django.core.management import BaseCommand, call_command

from market import texts
from market.config import ROOT, config


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        texts.compile_all(ROOT / "locale", to=config.home / "locale")
        call_command("collectstatic", interactive=False, verbosity=0, clear=False)

"""Bring locale/*/LC_MESSAGES/django.po up to date with the templates and the code. New texts come in empty."""

from typing import Any

from django.core.management import BaseCommand

from market import texts
from market.config import ROOT


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        for path in sorted((ROOT / "locale").glob("*/LC_MESSAGES/django.po")):
            missing = texts.update(path, texts.collect(ROOT))
            self.stdout.write(f"{path.relative_to(ROOT)}: {missing} texts without a translation")

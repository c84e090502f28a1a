"""The demo world: what `bin/up` fills an empty house with, so that there is something to try.

Every installed app may have a module `demo` with a function `seed(demo: Demo) -> None`. They are called in the order of
INSTALLED_APPS, each sees the facts of those before it, and each finds what it made before instead of making it again.
"""

from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps


@dataclass
class Demo:
    at: datetime
    public_url: str
    # What the next run, the banner and a curious person want to know; kept in <home>/demo.json.
    facts: dict[str, str] = field(default_factory=dict)


def seed_all(demo: Demo) -> None:
    for app in apps.get_app_configs():
        name = f"{app.name}.demo"
        if app.name != "market" and find_spec(name):
            import_module(name).seed(demo)

"""`docs/states.md`: the state diagram of every Lifecycle, found in the rooms' `states.py` modules."""

import importlib
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from market.config import ROOT
from market.documents import document
from market.transitions import Lifecycle, mermaid

ROOMS = ("market", "bounties", "verification", "agents_api", "web")

_HEAD = """\
# States

Drawn from the `states.py` of each room by `manage.py write_documents`: change the code, not this page.
"""


@document("docs/states.md")
def states() -> str:
    return _HEAD + "".join(
        f"\n## {_title(lifecycle)}\n\n`{module}`\n\n```mermaid\n{mermaid(lifecycle)}\n```\n"
        for module, lifecycle in lifecycles()
    )


def lifecycles() -> Iterator[tuple[str, Lifecycle[Any]]]:
    """Each lifecycle once, with the module that it stands in, in the order of the modules' names."""
    seen: set[int] = set()
    for name in _module_names():
        for lifecycle in _stated_by(importlib.import_module(name)):
            if id(lifecycle) not in seen:
                seen.add(id(lifecycle))
                yield name, lifecycle


def _module_names() -> list[str]:
    files = [file for room in ROOMS for file in (ROOT / room).rglob("states.py")]
    names = [".".join(file.relative_to(ROOT).with_suffix("").parts) for file in files]
    return sorted(name for name in names if name != __name__)


def _stated_by(module: ModuleType) -> Iterator[Lifecycle[Any]]:
    for value in [*getattr(module, "LIFECYCLES", ()), *vars(module).values()]:
        if isinstance(value, Lifecycle):
            yield value


def _title(lifecycle: Lifecycle[Any]) -> str:
    return lifecycle.name.replace("_", " ").capitalize()

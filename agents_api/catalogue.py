"""Every refusal of the house, found where it is written: beside the function that raises it.

Nothing is listed here by hand, so nothing can be missing from the list.
"""

import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from importlib import import_module
from inspect import cleandoc

from market.errors import DomainError
from market.problems import status_of

ROOMS = ("market", "verification", "bounties", "agents_api", "web")
# Not libraries but beginnings of processes: importing them does something.
_PROCESSES = ("market.asgi", "market.wsgi", "market.engine")


@dataclass(frozen=True)
class Listed:
    code: str
    status: HTTPStatus
    kind: str
    meaning: str
    fix: str
    retryable: bool
    where: str  # the class, for whoever mends the catalogue


@cache
def every_refusal() -> tuple[Listed, ...]:
    """Sorted by code; one that is written twice stands here twice, and a test says so."""
    for room in ROOMS:
        for name in _modules(room):
            import_module(name)
    return tuple(sorted(map(_listed, _ours(DomainError)), key=lambda each: (each.code, each.where)))


def find(code: str) -> Listed | None:
    return next((each for each in every_refusal() if each.code == code), None)


def _modules(package: str) -> Iterator[str]:
    yield package
    for module in pkgutil.iter_modules(import_module(package).__path__, package + "."):
        last = module.name.rpartition(".")[2]
        if module.name in _PROCESSES or last in ("migrations", "management", "__main__"):
            continue
        if module.ispkg:
            yield from _modules(module.name)
        else:
            yield module.name


def _ours(refusal: type[DomainError]) -> set[type[DomainError]]:
    """All that stand below it, without those that tests make up."""
    found: set[type[DomainError]] = set()
    for each in refusal.__subclasses__():
        if each.__module__.partition(".")[0] in ROOMS:
            found.add(each)
        found |= _ours(each)
    return found


def _listed(refusal: type[DomainError]) -> Listed:
    return Listed(
        code=refusal.code,
        status=status_of(refusal),
        kind=refusal.kind.value,
        meaning=" ".join(cleandoc(refusal.__dict__.get("__doc__") or "").split("\n\n")[0].split()),
        fix=refusal.fix,
        retryable=refusal.retryable,
        where=f"{refusal.__module__}.{refusal.__qualname__}",
    )

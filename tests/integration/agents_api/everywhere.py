"""Every address of the API in every method, read from the urlconf, so that a new one cannot be forgotten."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern

from agents_api import urls
from agents_api.views.nowhere import Nowhere


@dataclass(frozen=True)
class Address:
    method: str
    route: str

    def __str__(self) -> str:
        return f"{self.method} /v1/{self.route}"

    @property
    def names(self) -> list[str]:
        """What stands in angle brackets: the ids of things."""
        return [step.strip("<>").partition(":")[2] for step in self.route.split("/") if step.startswith("<")]

    def path(self, ids: Mapping[str, str]) -> str:
        filled = self.route
        for name in self.names:
            assert name in ids, f"{self}: nobody has told this test what a {name} is"
            filled = filled.replace(f"<str:{name}>", ids[name])
        assert "<" not in filled, f"{self}: nobody has told this test what stands there"
        return f"/v1/{filled}"


def addresses() -> Iterator[Address]:
    for pattern in urls.urlpatterns:
        assert isinstance(pattern, URLPattern)
        view: Any = pattern.callback
        endpoint = getattr(view, "view_class", None)
        if endpoint is Nowhere:
            continue
        route = str(pattern.pattern)
        if endpoint is None:  # no endpoint of ours: a page or a stream, asked by GET
            yield Address("GET", route)
            continue
        for method in endpoint.http_method_names:
            if hasattr(endpoint, method) or (method == "head" and hasattr(endpoint, "get")):
                yield Address(method.upper(), route)


EVERY = list(addresses())
ABOUT_A_THING = [each for each in EVERY if each.names]
# A stream has no end to be read to: whose events are in it is asked in `test_stream.py`.
STREAMS = {"events/stream"}
COLLECTIONS = [each for each in EVERY if each.method == "GET" and not each.names and each.route not in STREAMS]

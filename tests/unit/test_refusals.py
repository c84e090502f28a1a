"""Which refusals become pages."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from market.errors import DomainError, Kind
from web.refusals import _STATUS, RefusalPages


def test_every_kind_has_a_status() -> None:
    assert set(_STATUS) == set(Kind)


@pytest.mark.parametrize("path", ["/v1/bounties", "/mcp", "/mcp/x"])
def test_the_other_doors_say_it_in_their_own_way(path: str) -> None:
    pages = RefusalPages(lambda request: HttpResponse())
    assert pages.process_exception(RequestFactory().get(path), DomainError("no")) is None


def test_a_fault_is_no_refusal() -> None:
    pages = RefusalPages(lambda request: HttpResponse())
    assert pages.process_exception(RequestFactory().get("/"), ValueError("a bug")) is None

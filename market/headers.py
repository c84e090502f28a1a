"""One header of a request, for what every request is asked: `request.headers` first makes a dictionary of them all."""

from functools import cache

from django.http import HttpRequest
from rest_framework.request import Request


def header(request: HttpRequest | Request, name: str, default: str = "") -> str:
    value: str = request.META.get(_in_meta(name), default)
    return value


@cache
def _in_meta(name: str) -> str:
    return f"HTTP_{name.upper().replace('-', '_')}"

"""The answer to Prometheus."""

import hmac
from ipaddress import ip_address

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from prometheus_client.multiprocess import MultiProcessCollector

from market.config import config
from market.metrics.collectors import Build, Processes, Work
from market.metrics.registry import folder


def metrics(request: HttpRequest) -> HttpResponse:
    token = config.metrics_token.get_secret_value()
    if token:
        if not _holds(request, token):
            return HttpResponse(
                "The metrics' bearer token is missing or wrong.\n", "text/plain", 401, headers=_CHALLENGE
            )
    elif config.production or not _is_from_this_machine(request):
        return HttpResponseNotFound("Not found.\n", "text/plain")
    folder.bury()
    registry = CollectorRegistry()
    MultiProcessCollector(registry, str(folder.path))  # type: ignore[no-untyped-call]
    for collector in (Work(), Processes(), Build()):
        registry.register(collector)
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    return HttpResponse(encode(registry), content_type)


_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="metrics"'}


def _holds(request: HttpRequest, token: str) -> bool:
    given = request.headers.get("Authorization", "").encode("utf-8", "surrogateescape")
    return hmac.compare_digest(given, f"Bearer {token}".encode())


def _is_from_this_machine(request: HttpRequest) -> bool:
    """Whether everybody on the way to us is here: the caller, and the front's word on whom it answers.

    Over a Unix socket the peer has no address, and the front names the caller in X-Forwarded-For.
    """
    peer = request.META.get("REMOTE_ADDR", "")
    named = [each.strip() for each in request.headers.get("X-Forwarded-For", "").split(",")]
    return all(_is_loopback(each) for each in [peer, *named])


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return address in ("", "unix") or address.startswith("unix:")

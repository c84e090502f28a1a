"""Alive: this process answers. Ready: what it needs answers too."""

import structlog
from django.http import HttpRequest, JsonResponse

from market.health.parts import PARTS

log = structlog.get_logger(__name__)


def alive(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "alive"})


def ready(request: HttpRequest) -> JsonResponse:
    answers = {name: _ask(name) for name in PARTS}
    is_ready = all(answer == "ok" for answer in answers.values())
    return JsonResponse(
        {"status": "ready" if is_ready else "not ready", "parts": answers}, status=200 if is_ready else 503
    )


def _ask(name: str) -> str:
    try:
        PARTS[name]()
    except Exception as error:  # whatever is wrong with a part, the answer is that it is out
        log.warning("part is out", part=name, error=repr(error))
        return "out"
    return "ok"

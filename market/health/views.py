"""Alive: this process answers. Ready: what it needs answers too."""

import time

import structlog
from django.http import HttpRequest, JsonResponse

from market.health.asking import PATIENCE_SECONDS, Answer
from market.health.parts import QUESTIONS

log = structlog.get_logger(__name__)

_out: set[str] = set()  # which parts were out when this process was last asked: only a change is worth a line


def alive(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "alive"}, headers={"Cache-Control": "no-store"})


def ready(request: HttpRequest) -> JsonResponse:
    # Side by side: three parts that hang take as long as one.
    asked = {name: question.begin() for name, question in QUESTIONS.items()}
    until = time.monotonic() + PATIENCE_SECONDS
    answers = {name: each.wait(until) for name, each in asked.items()}
    for name, answer in answers.items():
        _tell_change(name, answer)
    is_ready = all(answer.ok for answer in answers.values())
    response = JsonResponse(
        {
            "status": "ready" if is_ready else "not ready",
            "parts": {name: _said(answer) for name, answer in answers.items()},
        },
        status=200 if is_ready else 503,
        headers={"Cache-Control": "no-store"},
    )
    # Django would log every 503 as an error, every few seconds: the change has been told above.
    response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001
    return response


def _said(answer: Answer[None]) -> dict[str, str | float]:
    said: dict[str, str | float] = {"status": "ok" if answer.ok else "out", "ms": round(answer.ms, 1)}
    return said if answer.fault is None else {**said, "reason": answer.fault}


def _tell_change(name: str, answer: Answer[None]) -> None:
    if answer.ok and name in _out:
        _out.discard(name)
        log.info("part is back", part=name)
    elif not answer.ok and name not in _out:
        _out.add(name)
        log.warning("part is out", part=name, reason=answer.fault, error=str(answer.error or ""))

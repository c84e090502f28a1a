"""The pages that a problem's `type` names: for people as HTML, for programs as Markdown."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from agents_api import catalogue
from agents_api.catalogue import Listed
from agents_api.negotiation import markdown, varying, wants_markdown


@require_safe
def every_error(request: HttpRequest) -> HttpResponse:
    entries = catalogue.every_refusal()
    if not wants_markdown(request):
        return varying(render(request, "docs/errors.html", {"entries": entries}))
    rows = [f"| [{each.code}](/docs/errors/{each.code}) | {each.status.value} | {each.meaning} |" for each in entries]
    text = "\n".join(["# Errors", "", "| code | status | means |", "|---|---|---|", *rows, ""])
    return varying(markdown(text))


@require_safe
def one_error(request: HttpRequest, code: str) -> HttpResponse:
    entry = catalogue.find(code)
    status = HTTPStatus.OK if entry else HTTPStatus.NOT_FOUND
    if not wants_markdown(request):
        return varying(render(request, "docs/error.html", {"entry": entry}, status=status))
    text = _as_markdown(entry) if entry else "# No such error\n\nEvery code is listed at /docs/errors.\n"
    return varying(markdown(text, status=status))


def _as_markdown(entry: Listed) -> str:
    again = "yes" if entry.retryable else "no, unless the answer has `retry_after`"
    return (
        f"# {entry.code}\n\n{entry.meaning}\n\n"
        f"- status: {entry.status.value} {entry.status.phrase}\n"
        f"- kind: {entry.kind}\n"
        f"- what to do: {entry.fix}\n"
        f"- the same request again may succeed: {again}\n"
    )

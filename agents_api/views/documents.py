"""The description of the API, for programs: built once in each process, and the same for everybody."""

import hashlib
from functools import cache
from typing import Any, ClassVar

import orjson
import yaml
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request

from agents_api import arazzo, openapi
from agents_api.answers import Plain
from agents_api.describing import Operation, Said, Tag
from agents_api.door import Endpoint

JSON, YAML = "application/json", "application/yaml"
DOCUMENT = Plain(says={"type": "object"}, sample={"openapi": "3.1.0"})


class _Plainly(yaml.SafeDumper):
    """Without anchors: what stands in two places is written twice, and every reader understands it."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _as_yaml(document: dict[str, Any]) -> bytes:
    return yaml.dump(document, Dumper=_Plainly, allow_unicode=True, sort_keys=False, width=120).encode()


@cache
def written(media_type: str) -> tuple[bytes, str]:
    """The document as it is sent, and its entity tag."""
    document = openapi.document()
    body = orjson.dumps(document) if media_type == JSON else _as_yaml(document)
    return body, f'"{hashlib.sha256(body).hexdigest()[:32]}"'


class _AsAddressed(BaseContentNegotiation):
    """The address says which form it is, whatever is accepted."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class Document(Endpoint):
    authentication_classes = ()
    content_negotiation_class = _AsAddressed
    limit = None
    media_type: ClassVar[str]

    def answer(self, request: Request) -> HttpResponse:
        body, tag = written(self.media_type)
        response = HttpResponse(body, content_type=self.media_type)
        response.headers["ETag"] = tag
        response.headers["Cache-Control"] = "public, max-age=300"
        return get_conditional_response(request._request, etag=tag, response=response) or response  # noqa: SLF001


class JsonDocument(Document):
    media_type = JSON

    @Operation(
        name="get_openapi_json",
        tag=Tag.DOCUMENTS,
        title="This document as JSON",
        text="Also at /openapi.json.",
        scope=None,
        answers={200: Said("OpenAPI 3.1.", DOCUMENT, etag=True)},
    )
    def get(self, request: Request) -> HttpResponse:
        return self.answer(request)


class YamlDocument(Document):
    media_type = YAML

    @Operation(
        name="get_openapi_yaml",
        tag=Tag.DOCUMENTS,
        title="This document as YAML",
        text="Also at /openapi.yaml.",
        scope=None,
        answers={200: Said("OpenAPI 3.1.", DOCUMENT, etag=True, media_type=YAML)},
    )
    def get(self, request: Request) -> HttpResponse:
        return self.answer(request)


@require_safe
def workflow(request: HttpRequest) -> HttpResponse:
    """The loop as Arazzo. No operation of the API: it stands beside the description and is not in it."""
    response = HttpResponse(_as_yaml(arazzo.document()), content_type=YAML)
    response.headers["Cache-Control"] = "public, max-age=300"
    return response

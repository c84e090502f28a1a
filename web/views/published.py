"""What anybody needs to check what came from here, under /.well-known/, without an account."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from verification import queries

_MINUTES = "public, max-age=300"  # a key that is revoked must not be believed for long


@require_safe
def receipt_keys(request: HttpRequest) -> HttpResponse:
    return _for_everybody(JsonResponse(queries.published_keys()))


@require_safe
def content_credentials(request: HttpRequest) -> HttpResponse:
    pem = queries.content_credentials_authority()
    return _for_everybody(HttpResponse(pem, content_type="application/x-pem-file"))


def _for_everybody(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = _MINUTES
    response["Access-Control-Allow-Origin"] = "*"
    return response

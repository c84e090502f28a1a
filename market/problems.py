"""Refusals as RFC 9457 problem details. The one place that knows which HTTP status a kind of refusal has."""

from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any

from market.config import config
from market.errors import DomainError, Kind
from market.money import format_micros

CONTENT_TYPE = "application/problem+json"
AGAIN_AFTER_SECONDS = 2

STATUS = {
    Kind.INVALID: HTTPStatus.UNPROCESSABLE_ENTITY,
    Kind.UNAUTHENTICATED: HTTPStatus.UNAUTHORIZED,
    Kind.NOT_FOUND: HTTPStatus.NOT_FOUND,
    Kind.FORBIDDEN: HTTPStatus.FORBIDDEN,
    Kind.CONFLICT: HTTPStatus.CONFLICT,
    Kind.MONEY: HTTPStatus.PAYMENT_REQUIRED,
    Kind.LIMITED: HTTPStatus.TOO_MANY_REQUESTS,
    Kind.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
}

# Refusals of the door itself whose status says more than their kind does.
STATUS_OF_CODE = {
    "malformed_json": HTTPStatus.BAD_REQUEST,
    "file_too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "body_too_slow": HTTPStatus.REQUEST_TIMEOUT,
    "body_too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "idempotency_key_missing": HTTPStatus.BAD_REQUEST,
    "idempotency_key_reused": HTTPStatus.UNPROCESSABLE_ENTITY,
    "method_not_allowed": HTTPStatus.METHOD_NOT_ALLOWED,
    "unsupported_media_type": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "not_acceptable": HTTPStatus.NOT_ACCEPTABLE,
    "query_too_long": HTTPStatus.REQUEST_URI_TOO_LONG,
    "headers_too_large": HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    "unknown_host": HTTPStatus.MISDIRECTED_REQUEST,
    "internal_error": HTTPStatus.INTERNAL_SERVER_ERROR,
    "version_mismatch": HTTPStatus.PRECONDITION_FAILED,
    "version_missing": HTTPStatus.PRECONDITION_REQUIRED,
}


class MalformedJson(DomainError):
    """The body is not one JSON object, or nests deeper than a parser should follow."""

    code = "malformed_json"
    fix = "Send one JSON object, encoded as UTF-8."


class BodyTooLarge(DomainError):
    """The body is larger than this address takes."""

    code = "body_too_large"
    fix = "Send no more than the detail says: large batches in several calls, files in pieces."


class QueryTooLong(DomainError):
    """The part of the address after the question mark is too long."""

    code = "query_too_long"
    fix = "Send a shorter query; what is long belongs into a body."


class HeadersTooLarge(DomainError):
    """The request has more than a hundred headers, or more than 64 kB of them.

    Raised by nobody: the front tells it in place of the servers behind it, which have no words for it.
    """

    code = "headers_too_large"
    fix = "Send only the headers that the documentation names."


@dataclass(frozen=True)
class Call:
    """A call that mends a refusal, or that comes next."""

    method: str
    path: str
    body: dict[str, Any] | None = None

    def render(self) -> dict[str, Any]:
        call: dict[str, Any] = {"method": self.method, "path": self.path}
        return call if self.body is None else call | {"body": self.body}


@dataclass(frozen=True)
class Problem:
    status: HTTPStatus
    code: str
    detail: str
    fix: str
    retryable: bool = False
    retry_after: int | None = None
    param: str | None = None
    fix_call: Call | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    def render(self, *, request_id: str) -> dict[str, Any]:
        body: dict[str, Any] = {
            "type": f"{config.public_url}/docs/errors/{self.code}",
            "title": self.status.phrase,
            "status": self.status.value,
            "code": self.code,
            "detail": self.detail,
            "param": self.param,
            "fix": self.fix,
            "fix_call": self.fix_call.render() if self.fix_call else None,
            "retryable": self.retryable,
            "retry_after": self.retry_after,
            "request_id": request_id,
        }
        return body | ({"facts": self.facts} if self.facts else {})


def status_of(refusal: DomainError | type[DomainError]) -> HTTPStatus:
    return STATUS_OF_CODE.get(refusal.code, STATUS[refusal.kind])


def of_refusal(refusal: DomainError, *, at: datetime, fix_call: Call | None = None) -> Problem:
    retry_after = None
    if refusal.retry_at is not None:
        # Rounded up: a client that comes back a moment early is refused again.
        retry_after = max(1, -int((at - refusal.retry_at).total_seconds() // 1))
    elif refusal.retryable:
        retry_after = AGAIN_AFTER_SECONDS  # nobody knows when; but a client that does not wait makes it worse
    return Problem(
        status=status_of(refusal),
        code=refusal.code,
        detail=refusal.message,
        fix=refusal.fix,
        retryable=retry_after is not None,
        retry_after=retry_after,
        param=_pointer(refusal.param),
        fix_call=fix_call,
        facts=_facts(refusal.facts),
    )


def _facts(facts: dict[str, Any]) -> dict[str, Any]:
    """Amounts as they are written outside: `needed_micros` is told as `needed`, a decimal string."""
    return dict(
        (name.removesuffix("_micros"), format_micros(value))
        if name.endswith("_micros") and isinstance(value, int)
        else (name, value)
        for name, value in facts.items()
    )


def _pointer(param: str | None) -> str | None:
    """A JSON pointer; the ground below the doors names some of its arguments as they are called in code."""
    return param if param is None or param.startswith("/") else f"/{param}"

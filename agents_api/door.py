"""What every endpoint has in common: who calls, how often, what is refused and how it is said.

A view parses, calls one operation or query, and shows what came of it. It holds no rule of its own.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from http import HTTPStatus
from typing import Any, ClassVar

import structlog
from django.db import OperationalError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agents_api import idempotency, limits, problems
from agents_api.describing import IDS, Operation, described
from agents_api.limits import Allowance, Limit
from agents_api.mending import Asked, call_that_mends
from agents_api.problems import Problem
from agents_api.wire import JsonParser, JsonRenderer, Negotiation
from market import clock
from market.accounts.authentication import AskAgain, Caller, InvalidKey, authenticate
from market.accounts.models import Account, Mode
from market.client_address import client_address
from market.errors import DomainError, Kind
from market.headers import header
from market.ledger.operations import Spender
from market.ledger.policies import SpendingLimits
from market.prepared import Question

log = structlog.get_logger(__name__)

SCHEME = "Bearer"
# For whoever has nothing but an address of ours (RFC 8288, RFC 8631).
WHERE_TO_READ = '</v1/openapi.json>; rel="service-desc"; type="application/json", </llms.txt>; rel="service-doc"'


class NotAuthenticated(DomainError):
    """This call needs a key, and has none."""

    code = "not_authenticated"
    kind: ClassVar[Kind] = Kind.UNAUTHENTICATED
    fix = "Send `Authorization: Bearer sl_test_…`. POST /v1/agents makes an agent and its key in one call."


class NoSuchPath(DomainError):
    """There is nothing at this address, or it is not yours."""

    code = "not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    fix = "Check the path and the method: /v1/openapi.json lists them all, and /llms.txt says how to begin."


class KeyAuthentication(BaseAuthentication):
    """A bearer key. DRF calls what it returns the user; here it is the agent's account."""

    def __init__(self, ask_again: AskAgain) -> None:
        self._ask_again = ask_again

    def authenticate(self, request: Request) -> tuple[Caller, Caller] | None:
        scheme, _, text = header(request, "Authorization").partition(" ")
        if not text:
            return None
        if scheme.lower() != SCHEME.lower():
            raise InvalidKey("The key must be sent as a bearer token.")
        address = client_address(request._request)  # noqa: SLF001 - the address is a matter of Django's request
        caller = authenticate(text=text.strip(), address=address, at=clock.now(), ask_again=self._ask_again)
        return caller, caller

    def authenticate_header(self, request: Request) -> str:
        return SCHEME


class Endpoint(APIView):
    """One address of the API. What its methods need and answer they say by `@Operation`, and are held to here."""

    authentication_classes: tuple[type[KeyAuthentication], ...] = (KeyAuthentication,)
    permission_classes = ()
    parser_classes = (JsonParser,)
    renderer_classes = (JsonRenderer,)
    content_negotiation_class: type[BaseContentNegotiation] = Negotiation
    http_method_names = [  # noqa: RUF012 - so it is declared by Django
        "get",
        "head",
        "post",
        "patch",
        "delete",
    ]
    limit: ClassVar[Limit | None] = limits.EVERY_CALL
    operations: ClassVar[Mapping[str, Operation]] = {}
    _allow: ClassVar[str] = ""

    allowance: Allowance | None = None
    _allowed: Callable[[], Allowance] | None = None  # what the statement says that read the key
    _account: Account | None = None
    query: Mapping[str, Any]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.operations = described(cls, cls.http_method_names)
        # Where there is something to get, Django answers HEAD too.
        known = {name for name in cls.http_method_names if hasattr(cls, "get" if name == "head" else name)}
        cls._allow = ", ".join(name.upper() for name in cls.http_method_names if name in known)

    @cached_property
    def operation(self) -> Operation | None:
        """What is asked for; None where this address does not know the method."""
        method = "GET" if self.request.method == "HEAD" else str(self.request.method)
        return self.operations.get(method)

    @property
    def default_response_headers(self) -> dict[str, str]:
        return {"Allow": self._allow}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)  # who calls, and how often
        operation = self.operation
        if operation is None:
            return
        if operation.scope is not None:
            self.caller.check_scope(operation.scope)
        # DRF hands this same dict on to the method.
        self.kwargs.update({name: IDS[name].read(text, f"/{name}") for name, text in kwargs.items() if name in IDS})
        self.query = operation.read_query(request.query_params) if request.META.get("QUERY_STRING") else {}
        if operation.once:
            idempotency.check_key(header(request, "Idempotency-Key"))

    def get_authenticators(self) -> list[BaseAuthentication]:
        return [each(self._read_key_and_count) for each in self.authentication_classes]

    def _read_key_and_count(self, caller: Caller, key: Question) -> Sequence[tuple[Any, ...]]:
        """A key that must be read again is read by the statement that counts the call, with what the call reads."""
        if self.limit is None:
            return key.rows()
        along = self.asks_along(caller)
        answer, self._allowed = limits.spend_and_ask(
            self.limit, caller=str(caller.key_id), at=clock.now(), asked=key, along=along
        )
        return answer

    def check_permissions(self, request: Request) -> None:
        """What may be said before a call is counted: who has no key cannot be held to its allowance."""
        if self.operation and self.operation.scope and not isinstance(request.auth, Caller):
            raise NotAuthenticated("This call needs a key.")

    def check_throttles(self, request: Request) -> None:
        try:
            if self._allowed is not None:
                self.allowance = self._allowed()
            elif self.limit is not None:
                caller = request.auth if isinstance(request.auth, Caller) else None
                who, along = (str(caller.key_id), self.asks_along(caller)) if caller else (self.neighbourhood, None)
                self.allowance = limits.spend(self.limit, caller=who, at=clock.now(), along=along)
        except limits.TooManyCalls as refusal:
            self.allowance = refusal.allowance
            raise

    def handle_exception(self, exc: Exception) -> Response:
        refusal = exc if isinstance(exc, DomainError) else _as_refusal(exc)
        if refusal is None:
            # Ours. Whatever was begun has been rolled back where it began; the log has the whole of it.
            log.error("endpoint failed", path=self.request.path, exc_info=exc)
            refusal = InternalError("Something broke on our side.")
        if refusal.kind is Kind.UNAUTHENTICATED:
            refusal = self._counted(refusal)
        return refused(refusal, self.request, at=clock.now())

    def _counted(self, refusal: DomainError) -> DomainError:
        """Whoever has no key that opens is counted by its address: also trying many keys has an end."""
        try:
            self.allowance = limits.spend(limits.EVERY_CALL, caller=self.neighbourhood, at=clock.now())
        except limits.TooManyCalls as too_many:
            self.allowance = too_many.allowance
            return too_many
        except OperationalError:
            pass  # without a database nobody is let in either
        return refusal

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        answer = super().finalize_response(request, response, *args, **kwargs)
        if self.allowance is not None:
            answer.headers["RateLimit-Policy"] = self.allowance.limit.policy_header
            answer.headers["RateLimit"] = self.allowance.header
        # What has a tag may be kept by whoever asks each time whether it still holds.
        kept = "private, no-cache" if "ETag" in answer.headers else "private, no-store"
        answer.headers.setdefault("Cache-Control", kept)
        return answer

    def asks_along(self, caller: Caller) -> Question | None:
        """What this call reads: asked by the statement that counts it, and answered in `allowance.along`."""
        return None

    def turn_of(self, caller: Caller) -> Question | None:
        """For `asks_along`: what there is under this call's Idempotency-Key. Without one it is refused later."""
        try:
            key = idempotency.check_key(header(self.request, "Idempotency-Key"))
        except (idempotency.KeyMissing, idempotency.KeyMalformed):
            return None
        return idempotency.asking_for_turn(caller.account_id, key)

    # --- for the views ----------------------------------------------------------------------------------------------

    @property
    def caller(self) -> Caller:
        caller = self.request.auth
        if not isinstance(caller, Caller):
            raise NotAuthenticated("This call needs a key.")
        return caller

    @property
    def neighbourhood(self) -> str:
        """Whom a caller without a key is counted as."""
        return limits.neighbourhood(client_address(self.request._request))  # noqa: SLF001 - as above

    @property
    def body(self) -> dict[str, Any]:
        """The object that was sent; the parser lets nothing else in."""
        return dict(self.request.data)

    @property
    def request_id(self) -> str:
        return str(self.request.META.get("sightline.request_id", ""))

    def account(self) -> Account:
        """Whose key this is: read with the turn of what is done once, else by one indexed read."""
        return self._account or Account.objects.get(pk=self.caller.account_id)

    def spender(self) -> Spender:
        caller = self.caller
        caps = SpendingLimits(caller.per_call_micros, caller.per_day_micros, caller.per_month_micros)
        return Spender(caller.key_id, caps, caller.purse_id)

    def read_body(self) -> Any:
        """What was sent, read by the shape that the operation names."""
        assert self.operation is not None
        return self.operation.body.read(self.request.data, "")

    def once(
        self, work: Callable[[datetime], tuple[HTTPStatus, dict[str, Any]]], *, shown_once: Collection[str] = ()
    ) -> Response:
        """Do the work of this request once for its Idempotency-Key, and answer every repetition alike."""
        at = clock.now()

        def work_for(account: Account) -> tuple[HTTPStatus, dict[str, Any]]:
            self._account = account
            return work(at)

        answer = idempotency.answer_once(
            self._once(at), work=work_for, refuse=self._keepable(at), shown_once=shown_once
        )
        return _answered(answer)

    def once_at_a_stroke(self, draw_up: Callable[[datetime], idempotency.DrawnUp]) -> Response:
        """The same for work that is written by one statement. The call's turn was looked at with its count."""
        at = clock.now()
        assert self.allowance is not None
        [row] = self.allowance.along

        def draw_up_for(account: Account) -> idempotency.DrawnUp:
            self._account = account
            return draw_up(at)

        turn = idempotency.Turn.of(row)
        return _answered(
            idempotency.answer_at_a_stroke(self._once(at), turn, draw_up=draw_up_for, refuse=self._keepable(at))
        )

    def _once(self, at: datetime) -> idempotency.Once:
        request = self.request
        asked = idempotency.fingerprint(method=str(request.method), path=request.path, body=request.data)
        key = idempotency.check_key(header(request, "Idempotency-Key"))
        return idempotency.Once(self.caller.account_id, key, asked, at)

    def _keepable(self, at: datetime) -> Callable[[DomainError], idempotency.Content]:
        request = self.request
        return lambda refusal: _status_and_body(_problem(refusal, request, at=at), request)


def _answered(answer: idempotency.Answer) -> Response:
    content_type = problems.CONTENT_TYPE if answer.status >= HTTPStatus.BAD_REQUEST else JsonRenderer.media_type
    headers = {"Idempotent-Replayed": "true"} if answer.replayed else {}
    return Response(answer.body, status=answer.status, headers=headers, content_type=content_type)


def refused(refusal: DomainError, request: Request, *, at: datetime) -> Response:
    problem = _problem(refusal, request, at=at)
    status, body = _status_and_body(problem, request)
    headers = {}
    if problem.retry_after is not None:
        headers["Retry-After"] = str(problem.retry_after)
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = SCHEME
    if status == HTTPStatus.UNAUTHORIZED or isinstance(refusal, NoSuchPath):
        headers["Link"] = WHERE_TO_READ
    return Response(body, status=status, headers=headers, content_type=problems.CONTENT_TYPE)


def _problem(refusal: DomainError, request: Request, *, at: datetime) -> Problem:
    # What was read, and no more: a body that was refused unread stays unread.
    body, caller = vars(request).get("_full_data"), vars(request).get("_auth")
    mode = caller.mode if isinstance(caller, Caller) else Mode.TEST
    asked = Asked(str(request.method), request.path, body if isinstance(body, dict) else None, mode)
    return problems.of_refusal(refusal, at=at, fix_call=call_that_mends(refusal, asked))


def _status_and_body(problem: Problem, request: Request) -> tuple[HTTPStatus, dict[str, Any]]:
    return problem.status, problem.render(request_id=request.META.get("sightline.request_id", ""))


class MethodNotAllowed(DomainError):
    """There is something at this address, but not for this method."""

    code = "method_not_allowed"
    fix = "Use one of the methods in the Allow header."


class UnsupportedMediaType(DomainError):
    """The body is of a type that is not read here."""

    code = "unsupported_media_type"
    fix = "Send `Content-Type: application/json`, and the body as it is, without a Content-Encoding."


class NotAcceptable(DomainError):
    """The Accept header asks for a type that is not spoken here."""

    code = "not_acceptable"
    fix = "Send `Accept: application/json`, or no Accept header."


class InternalError(DomainError):
    """A failure of ours. It is in our log under its request id."""

    code = "internal_error"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    fix = "Try again; if it stays, tell us the request_id."
    retryable: ClassVar[bool] = True


class Unavailable(DomainError):
    """A part of the house is out for the moment."""

    code = "unavailable"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    fix = "Wait some seconds, then send the same request again, with the same Idempotency-Key if it had one."
    retryable: ClassVar[bool] = True


_REFUSALS: tuple[tuple[type[Exception] | tuple[type[Exception], ...], DomainError], ...] = (
    (exceptions.MethodNotAllowed, MethodNotAllowed("This address does not know this method.")),
    (exceptions.UnsupportedMediaType, UnsupportedMediaType("The body must be JSON, and not compressed.")),
    (exceptions.NotAcceptable, NotAcceptable("Answers are JSON.")),
    (exceptions.ParseError, problems.MalformedJson("The body cannot be read.")),
    ((exceptions.NotFound, Http404), NoSuchPath("There is nothing here.")),
    (OperationalError, Unavailable("The database cannot be reached.")),
)


def _as_refusal(error: Exception) -> DomainError | None:
    """The framework's own refusals in the words of the house. Anything else is a failure of ours."""
    return next((refusal for kinds, refusal in _REFUSALS if isinstance(error, kinds)), None)

"""The phone's API refuses as the agents' does: problem details, each with a code and how to mend it."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from market import problems
from market.clock import now
from market.errors import DomainError
from verification.models import Grant
from verification.operations import authorise
from verification.operations.granting import NotAuthorised

View = Callable[..., HttpResponseBase]
_LONGEST_TOKEN = 200


def for_a_claim(view: View) -> View:
    """Authorised by a claim's upload token and by nothing else: a login would not outlive a walk without contact.

    No cookie counts here, so there is nothing that another site could have a browser send.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        try:
            return view(request, _grant(request), *args, **kwargs)
        except DomainError as refusal:
            return refused(request, refusal)

    return csrf_exempt(never_cache(guarded))


def refused(request: HttpRequest, refusal: DomainError) -> HttpResponseBase:
    problem = problems.of_refusal(refusal, at=now())
    body = problem.render(request_id=str(request.META.get("sightline.request_id", "")))
    response = JsonResponse(body, status=problem.status, content_type=problems.CONTENT_TYPE)
    if isinstance(refusal, NotAuthorised):
        response["WWW-Authenticate"] = "Bearer"
    if problem.retry_after is not None:
        response["Retry-After"] = str(problem.retry_after)
    return response


def _grant(request: HttpRequest) -> Grant:
    scheme, _, token = request.headers.get("Authorization", "")[:_LONGEST_TOKEN].partition(" ")
    if scheme.lower() != "bearer":
        raise NotAuthorised("This needs the upload token of the claim.")
    return authorise(token.strip())

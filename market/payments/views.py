"""Where Stripe's webhooks arrive. Verified over the body as it came, kept, answered; applied later by somebody else."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from market import clock
from market.payments import inbox, stripe_gateway
from market.payments.stripe_words import BadSignature


@csrf_exempt  # it is Stripe's signature that says who asks
@require_POST
def webhook(request: HttpRequest, source: str) -> HttpResponse:
    secret = settings.STRIPE_SECRETS.get(source)
    if not secret or not stripe_gateway.is_open():
        raise Http404
    try:
        signature = request.headers.get("Stripe-Signature", "")
        notice = stripe_gateway.read_webhook(request.body, signature, secret=secret)
    except BadSignature:
        return HttpResponseBadRequest("not signed by Stripe for this address")
    inbox.take_in(source=source, notice=notice, at=clock.now())
    return HttpResponse(status=200)

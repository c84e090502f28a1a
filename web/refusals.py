"""A refusal by the core, as a page. The API has its own way of saying it and never gets here."""

from collections.abc import Awaitable, Callable
from typing import Final

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from market.errors import DomainError, Kind

_STATUS: Final = {
    Kind.INVALID: 400,
    Kind.UNAUTHENTICATED: 401,
    Kind.MONEY: 402,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.LIMITED: 429,
    Kind.UNAVAILABLE: 503,
}

# The doors that say it in another way.
_OTHER_DOORS: Final = ("/v1/", "/mcp")

# What people may meet, in their language. A code that is not here is told in the core's own words.
_SENTENCES: Final = {
    "claim_unknown": _("This claim link leads to no agent. Ask its program for the link again."),
    "claimed_by_another": _("Somebody else has claimed this agent already."),
    "mail_unavailable": _("E-mail cannot be sent at the moment. Please try again in a few minutes."),
    "not_on_offer": _("This bounty takes no more claims. Look for another one."),
    "no_free_slot": _("Somebody was faster: every place is taken. Now and then one is given back."),
    "already_claimed": _("You have answered this bounty already, or are about to. The other places are for others."),
    "too_many_claims": _("You have as many claims as one may have. Finish or give back one of them first."),
    "own_bounty": _("An agent of your own asks this. Leave it to others."),
    "too_far": _("You are too far away: you could not be there before it closes."),
    "impossible_journey": _(
        "A short while ago you claimed something far from here. Let your device find its place again."
    ),
    "not_yet_open": _("It can be claimed from one hour before it opens."),
    "window_over": _("Its time is over."),
    "reputation_too_low": _("This bounty asks for a higher reputation than yours. Every accepted answer raises it."),
    "already_extended": _("You have had your half hour more already."),
    "nothing_to_extend": _("It closes when your claim ends: there is no more time to give."),
    "already_there": _("You have arrived: more time is for the way. Capture it now."),
    "wrong_state": _("It is too late for that: something has happened in the meantime."),
    "no_such_bounty": _("There is no such bounty."),
    "no_such_claim": _("There is no such claim."),
    "no_such_submission": _("There is no such answer."),
    "already_contested": _("A person looks at this already, or has."),
    "too_late_to_contest": _("The time for it is over; the decision stands."),
    "decision_is_final": _("A person of ours has decided; nothing comes after that."),
    "already_paid": _("Another try of yours was paid: a claim is paid once."),
    "nothing_to_pay_out": _("There is too little to pay out yet."),
    "payouts_closed": _("Payouts of this kind are not set up in this house yet. The balance stays yours."),
    "payout_account_missing": _("There is no bank account connected yet."),
    "payout_account_not_ready": _(
        "Stripe takes no money for your account at the moment. See below what it wants to know."
    ),
    "live_money_closed": _("Real money neither comes in nor goes out in this house yet."),
    "country_not_supported": _(
        "Stripe cannot pay into this country from here. What you earn stays yours and waits. "
        "If your bank account is in another country, choose that one."
    ),
    "not_a_country": _("Choose the country that your bank account is in."),
    "live_scouts_only": _("Real money is paid to scouts who work in live mode."),
    "money_waits": _("There is money of yours here, or something is not decided yet. Have it paid out first."),
    "answers_for_agents": _("You answer for an agent. It has to be handed over or closed first."),
    "on_the_staff": _("You are on our staff. That has to end first."),
    "unusable_device": _("This browser's messages cannot be used. Switch notifications off and on again in it."),
    "too_many_notices": _("There are as many as one person may have. Remove one first."),
    "too_many_reports": _("You have reported as many as one may in a day. Come back tomorrow."),
    "text_too_short": _("Say it in words: this may not be empty."),
    "invalid_search_cursor": _("This page of the list is no more. Begin at the top."),
}


class RefusalPages:
    sync_capable = async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]) -> None:
        self._get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, DomainError) or request.path.startswith(_OTHER_DOORS):
            return None
        return render(request, "refusal.html", {"sentence": said(exception)}, status=status_of(exception))


def said(refusal: DomainError) -> str:
    return str(_SENTENCES.get(refusal.code, refusal.message))


def status_of(refusal: DomainError) -> int:
    return _STATUS[refusal.kind]

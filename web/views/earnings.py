"""What a scout has earned: what waits and why, what can be taken out, what is on its way, what has arrived."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import number_format
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from bounties import scouting
from market import clock
from market.accounts.models import Mode, Scout
from market.ledger.postings import Book
from market.ledger.queries import scout_balance
from market.money import Micros, whole_cents_down
from market.payments import operations, payout_accounts, payout_costs, queries
from market.payments.schedule import LEAST_BY_AMOUNT_MICROS
from market.payments.states import ENDED, REFUSALS, PayoutAccountState
from web import payout_words
from web.scouts import for_scouts
from web.standpoint import standpoint
from web.zones import UTC, zone_at


@require_GET
@for_scouts
def earnings(request: HttpRequest, scout: Scout) -> HttpResponse:
    account, here = scout.account, standpoint(request)
    balance = scout_balance(Book.of(account.mode), account.id)
    least = queries.least_payout(account.mode)
    payouts = queries.payouts_of(account.id)
    paid_to = payout_accounts.account_of(account.id) if account.mode == Mode.LIVE else None
    asks = whole_cents_down(balance.available_micros)
    cost = payout_costs.told(scout_id=account.id, amount_micros=asks, at=clock.now()) if paid_to else Micros(0)
    facts = {
        "balance": balance,
        "cost": cost,
        "gets": asks - cost,
        "by_scout": payout_costs.are_the_scouts(),
        "rate": payout_costs.rate(),
        "percent": number_format(payout_costs.rate().basis_points / 100, decimal_pos=2),
        "waiting": scouting.awards_waiting(scout=account),
        "undecided": scouting.undecided(scout=account),
        "on_the_way": [each for each in payouts if each.state not in ENDED],
        "ended": [each for each in payouts if each.state in ENDED],
        "refusals": REFUSALS,
        "paid": queries.paid_out(account.id),
        "least": least,
        "account": paid_to,
        "wanted": payout_words.wanted(paid_to.requirements) if paid_to else [],
        "countries": payout_words.COUNTRIES,
        "least_by_amount": LEAST_BY_AMOUNT_MICROS,
        "can_ask": least is not None
        and balance.available_micros >= least
        and (account.mode == Mode.TEST or (paid_to is not None and paid_to.state == PayoutAccountState.ACTIVE)),
        "zone": zone_at(here.place) if here else UTC,
    }
    return render(request, "scout/earnings.html", facts)


@require_POST
@for_scouts
def ask_payout(request: HttpRequest, scout: Scout) -> HttpResponse:
    """All there is, in whole cents."""
    operations.request_payout(scout=scout.account, at=clock.now())
    messages.success(request, gettext("It is on its way."))
    return redirect("earnings")

"""What no webhook told of is found by listing, and an event can be applied again by hand."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from market.ledger.models import Entry
from market.payments import inbox, top_ups
from market.payments.models import StripeEvent, TopUp
from tests.fakes.stripe_twin import Twin
from tests.integration.payments.stripe.paying import (
    DOLLAR,
    asked,
    available,
    deliver,
    live_agent,
    page_of,
    unapplied,
    work_off,
)
from tests.integration.payments.stripe.paying_out import connecting_scout

pytestmark = pytest.mark.django_db


def test_a_webhook_that_never_came_is_found_at_night(client: Client, twin: Twin) -> None:
    agent = live_agent()
    twin.pay(page_of(asked(agent)))
    twin.webhooks()  # lost on their way
    assert inbox.list_missed(at=timezone.now()) == 2  # of the payment and of its page; of the charge nobody is told
    work_off()
    assert available(agent) == 25 * DOLLAR
    assert inbox.list_missed(at=timezone.now()) == 0
    # And should they come after all:
    deliver(client, twin, again=True)
    work_off()
    assert (available(agent), Entry.objects.count(), unapplied()) == (25 * DOLLAR, 1, 0)


def test_more_missed_events_of_scouts_accounts_than_stand_on_a_page_are_all_found(twin: Twin) -> None:
    account = connecting_scout()
    for _ in range(120):
        twin.command("change_account", id=account.stripe_id, status="pending")
    twin.webhooks()  # lost on their way
    assert inbox.list_missed(at=timezone.now()) == 120  # that it was made, nobody here is told
    assert len(twin.calls("GET /v2/core/events")) == 2
    assert StripeEvent.objects.filter(source=StripeEvent.Source.THIN).count() == 120
    assert inbox.list_missed(at=timezone.now()) == 0


def test_an_event_is_replayed_by_hand_and_changes_nothing_more(twin: Twin) -> None:
    agent = live_agent()
    twin.pay(page_of(asked(agent)))
    events = {body["type"]: body["id"] for body in twin.command("events")}
    wanted = [events["payment_intent.succeeded"], events["charge.succeeded"]]
    said = StringIO()
    call_command("stripe_replay", *wanted, wanted[0], stdout=said)
    assert available(agent) == 25 * DOLLAR
    lines = said.getvalue().splitlines()
    assert [line.rpartition(": ")[2] for line in lines] == ["applied", "nobody here does anything about it", "applied"]
    assert (Entry.objects.count(), StripeEvent.objects.count()) == (1, 2)


def test_a_page_that_ended_unpaid_is_followed_by_a_new_one(twin: Twin) -> None:
    top_up = asked(live_agent())
    first = page_of(top_up)
    later = timezone.now() + timedelta(days=1, minutes=1)
    twin.advance(timedelta(days=1, minutes=1).total_seconds())
    address = top_ups.open_checkout(top_up_id=top_up.id, return_address="https://house.example/back", at=later)
    assert first not in address
    assert len(twin.all("cs")) == 2


def test_what_nobody_pays_in_a_week_expires_and_is_credited_all_the_same(client: Client, twin: Twin) -> None:
    agent = live_agent()
    top_up = asked(agent)
    week_later = timezone.now() + top_ups.WAITS_FOR
    assert top_ups.sweep(at=week_later) == 1
    top_ups.look(top_up_id=top_up.id, at=week_later)
    assert TopUp.objects.get().state == "expired"
    with pytest.raises(top_ups.NothingToPay):
        page_of(top_up)

    # A page that was paid at its last moment, told of after the end.
    other = asked(agent)
    session = page_of(other)
    top_ups.expire(top_up_id=other.id, at=week_later)
    twin.pay(session)
    deliver(client, twin)
    work_off()
    assert (TopUp.objects.get(pk=other.id).state, available(agent)) == ("succeeded", 25 * DOLLAR)

"""From the feed to deliveries: each event once, none that was rolled back, none skipped."""

import json
from collections.abc import Callable
from datetime import timedelta

import psycopg
import pytest
from django.db import transaction
from django.utils import timezone
from standardwebhooks import Webhook

from bounties import events
from market.accounts.models import Account
from market.events.models import Event, Followed
from market.ids import encode
from market.webhooks import operations, queries, sweeping
from market.webhooks.gateway import Outcome
from market.webhooks.models import Delivery
from market.webhooks.operations.copying import COPY, SEND
from market.webhooks.policies import Target
from market.work.models import Work
from tests.integration.events.conftest import tell_from
from tests.integration.webhooks.world import SECRET, YES, agent, copy, endpoint, send, states, tell

Connect = Callable[[], psycopg.Connection]


@pytest.mark.django_db
def test_an_event_becomes_a_thin_message_that_the_reference_library_verifies() -> None:
    account = agent()
    made = endpoint(account)
    tell(account, "bounty.opened")
    [delivery] = copy(account)
    event = Event.objects.get(account=account)
    assert json.loads(delivery.body) == {
        "type": "bounty.opened",
        "timestamp": event.at.isoformat().replace("+00:00", "Z"),
        "data": {"event": encode("evt", event.id), "bounty": event.data["bounty"], "version": 1},
    }
    assert SECRET not in delivery.body
    sent = []

    def keep(target: Target, headers: list[tuple[str, str]], body: bytes) -> Outcome:
        sent.append((dict(headers), body))
        return YES

    send(keep)
    [(headers, body)] = sent
    assert headers["webhook-id"] == delivery.message_id == encode("evt", event.id)
    assert Webhook(queries.secret_text(made.secret_id)).verify(body, headers)["type"] == "bounty.opened"
    assert states(account) == ["delivered"]


@pytest.mark.django_db
def test_copied_again_an_event_is_not_sent_again() -> None:
    account = agent()
    endpoint(account)
    for _ in range(3):
        tell(account)
        copy(account)
    assert len(copy(account)) == 3


@pytest.mark.django_db
def test_what_was_told_before_the_endpoint_was_made_is_not_sent() -> None:
    account = agent()
    tell(account)
    endpoint(account)
    assert copy(account) == []


@pytest.mark.django_db
def test_each_endpoint_gets_the_types_that_it_asks_for() -> None:
    account = agent()
    everything = endpoint(account)
    some = endpoint(account, types=[events.BOUNTY_COMPLETED, events.DISPUTE_RULED])
    for type_ in ("bounty.opened", "bounty.completed", "result.final"):
        tell(account, type_)
    copied = copy(account)
    assert [each.type for each in copied if each.endpoint_id == some.id] == ["bounty.completed"]
    assert len([each for each in copied if each.endpoint_id == everything.id]) == 3


@pytest.mark.django_db
def test_nobody_gets_what_others_are_told() -> None:
    account, other = agent(), agent()
    endpoint(account)
    endpoint(other)
    tell(other)
    assert (copy(account), len(copy(other))) == ([], 1)


@pytest.mark.django_db
def test_a_long_feed_is_copied_whole() -> None:
    account = agent()
    endpoint(account)
    for _ in range(450):
        tell(account)
    assert len(copy(account)) == 450


@pytest.mark.django_db
def test_a_disabled_endpoint_is_sent_nothing_and_goes_on_with_what_comes_after() -> None:
    account = agent()
    made = endpoint(account)
    operations.change(account=account, endpoint_id=made.id, enabled=False, at=timezone.now())
    tell(account, "bounty.opened")
    assert copy(account) == []
    operations.change(account=account, endpoint_id=made.id, enabled=True, at=timezone.now())
    tell(account, "bounty.completed")
    assert [each.type for each in copy(account)] == ["bounty.completed"]


@pytest.mark.django_db
def test_where_the_database_was_put_back_copying_goes_on_with_what_comes_after() -> None:
    account = agent()
    made = endpoint(account)
    made.position = 2**40
    made.save()
    assert copy(account) == []
    tell(account)
    assert len(copy(account)) == 1


class Rollback(Exception):
    pass


def tell_and_roll_back(account: Account) -> None:
    with transaction.atomic():
        tell(account, "bounty.cancelled")
        raise Rollback


@pytest.mark.django_db(transaction=True)
def test_a_commit_asks_for_a_copy_and_what_is_rolled_back_asks_for_nothing_and_is_never_sent() -> None:
    account, unfollowed = agent(), agent()
    endpoint(account)
    tell(unfollowed)
    with pytest.raises(Rollback):
        tell_and_roll_back(account)
    assert Work.objects.filter(kind=COPY).count() == 0
    tell(account)
    assert list(Work.objects.filter(kind=COPY).values_list("subject", flat=True)) == [str(account.id)]
    assert [each.type for each in copy(account)] == ["bounty.opened"]
    assert Work.objects.filter(kind=SEND).count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_may_still_come_before_is_waited_for_and_not_skipped(
    other_connection: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = agent()
    endpoint(account)
    slow = other_connection()
    tell_from(slow, account, "bounty.opened")  # an earlier place in the feed, and not committed
    tell(account, "bounty.completed")
    monkeypatch.setattr("market.events.copying._HELD_BACK_SECONDS", 0.1)
    Work.objects.all().delete()
    assert copy(account) == []
    assert Work.objects.get(kind=COPY).due_at > timezone.now()
    slow.commit()
    # Both are there; in which order they are sent is not promised.
    assert sorted(each.type for each in copy(account)) == ["bounty.completed", "bounty.opened"]


@pytest.mark.django_db(transaction=True)
def test_a_hint_that_got_lost_is_made_up_for() -> None:
    account, quiet = agent(), agent()
    endpoint(account)
    endpoint(quiet)
    tell(account)
    Work.objects.all().delete()
    sweeping.look_again(at=timezone.now())
    assert list(Work.objects.values_list("kind", "subject")) == [(COPY, str(account.id))]
    copy(account)
    Work.objects.all().delete()
    sweeping.look_again(at=timezone.now())
    assert list(Work.objects.values_list("kind", flat=True)) == [SEND]


@pytest.mark.django_db
def test_only_an_account_with_endpoints_is_followed() -> None:
    account = agent()
    made, other = endpoint(account), endpoint(account)
    operations.delete(account=account, endpoint_id=made.id)
    assert Followed.objects.filter(account=account).exists()
    operations.delete(account=account, endpoint_id=other.id)
    assert not Followed.objects.exists()


@pytest.mark.django_db
def test_what_is_old_is_forgotten_and_what_is_to_be_sent_is_not() -> None:
    account = agent()
    made, deleted = endpoint(account), endpoint(account)
    tell(account)
    copy(account)
    send(YES)
    tell(account)
    copy(account)
    operations.delete(account=account, endpoint_id=deleted.id)
    assert Delivery.objects.count() == 4
    assert sweeping.forget(at=timezone.now()) == 1  # what was still to be sent to the deleted one
    later = timezone.now() + timedelta(days=31)
    assert sweeping.forget(at=later) == 2
    assert list(Delivery.objects.values_list("endpoint_id", "state")) == [(made.id, "pending")]
    assert list(type(made).objects.values_list("id", flat=True)) == [made.id]

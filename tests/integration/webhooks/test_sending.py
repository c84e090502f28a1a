"""Sending what is due: tried again for three days, then given up with an event; bounded for each receiver."""

import threading
from collections import Counter
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from standardwebhooks import Webhook

from market.events.models import Event
from market.ids import encode
from market.webhooks import operations, policies, queries
from market.webhooks.gateway import Outcome
from market.webhooks.models import Attempt, Delivery, WebhookEndpoint
from market.webhooks.operations.copying import SEND
from market.webhooks.operations.sending import record
from market.webhooks.policies import Target
from market.work.models import Work
from tests.integration.webhooks.world import GONE, NO, SILENCE, YES, agent, copy, endpoint, send, states, tell
from tests.receiver import Receiver, answer

pytestmark = pytest.mark.django_db


def one_delivery() -> tuple[WebhookEndpoint, Delivery]:
    account = agent()
    made = endpoint(account)
    tell(account)
    [delivery] = copy(account)
    return made, delivery


def try_until_it_ends(delivery: Delivery, outcome: Outcome) -> list[datetime]:
    moments = []
    delivery.refresh_from_db()
    while delivery.state == "pending":
        moments.append(delivery.due_at)
        record(delivery.id, outcome, at=delivery.due_at)
        delivery.refresh_from_db()
    return moments


@pytest.mark.parametrize("outcome", [NO, SILENCE, Outcome(302, SILENCE.fault.NONE, "", 1)])
def test_what_fails_is_kept_and_tried_again_later(outcome: Outcome) -> None:
    made, delivery = one_delivery()
    send(outcome)
    delivery.refresh_from_db()
    made.refresh_from_db()
    assert (delivery.state, delivery.tries) == ("pending", 1)
    assert timedelta(seconds=5) < delivery.due_at - timezone.now() < timedelta(seconds=13)
    assert made.failing_since is not None
    send(YES)  # not due yet
    assert Attempt.objects.count() == 1
    # Whoever sends next is asked for when it is due.
    assert Work.objects.get(kind=SEND).due_at <= delivery.due_at


def test_a_success_ends_the_failing() -> None:
    made, delivery = one_delivery()
    record(delivery.id, NO, at=timezone.now())
    record(delivery.id, YES, at=timezone.now())
    delivery.refresh_from_db()
    made.refresh_from_db()
    assert (delivery.state, delivery.tries, made.failing_since) == ("delivered", 2, None)


def test_after_three_days_it_is_given_up_and_the_endpoint_disabled_with_an_event() -> None:
    made, delivery = one_delivery()
    moments = try_until_it_ends(delivery, NO)
    assert moments[-1] - delivery.begun_at == timedelta(days=3)
    made.refresh_from_db()
    assert (delivery.state, made.state, made.disabled_because) == ("failed", "disabled", "failing")
    event = Event.objects.get(account=made.account, type="webhook_endpoint.disabled")
    assert (event.data["webhook_endpoint"], event.data["because"]) == (encode("whk", made.id), "failing")


def test_one_message_that_fails_among_others_that_do_not_disables_nothing() -> None:
    made, delivery = one_delivery()
    while delivery.state == "pending":
        record(delivery.id, NO, at=delivery.due_at)
        tell(made.account)
        other = copy(made.account)[-1]
        record(other.id, YES, at=delivery.due_at)
        delivery.refresh_from_db()
    made.refresh_from_db()
    assert (delivery.state, made.state) == ("failed", "enabled")


def test_a_receiver_that_says_it_is_gone_is_left_alone_at_once() -> None:
    made, delivery = one_delivery()
    tell(made.account)
    copy(made.account)
    record(delivery.id, GONE, at=timezone.now())
    made.refresh_from_db()
    assert (made.state, made.disabled_because) == ("disabled", "gone")
    send(YES)
    assert sorted(states(made.account)) == ["failed", "pending"]


def test_the_disabling_of_one_endpoint_is_sent_to_the_others() -> None:
    made, delivery = one_delivery()
    endpoint(made.account, "https://other.example.com/")
    record(delivery.id, GONE, at=timezone.now())
    assert "webhook_endpoint.disabled" in [each.type for each in copy(made.account)]


def test_a_try_that_comes_in_after_the_end_is_kept_and_changes_nothing() -> None:
    _, delivery = one_delivery()
    record(delivery.id, YES, at=timezone.now())
    record(delivery.id, NO, at=timezone.now())
    delivery.refresh_from_db()
    assert (delivery.state, Attempt.objects.count()) == ("delivered", 2)
    delivery.delete()
    record(delivery.id, NO, at=timezone.now())
    assert Attempt.objects.count() == 0


def test_during_the_overlap_both_secrets_sign_and_then_only_the_new_one() -> None:
    account = agent()
    made = endpoint(account)
    old = Webhook(queries.secret_text(made.secret_id))
    made = operations.rotate_secret(account=account, endpoint_id=made.id, overlap=timedelta(hours=1), at=timezone.now())
    new = Webhook(queries.secret_text(made.secret_id))
    signatures = []

    def verify(target: Target, headers: list[tuple[str, str]], body: bytes) -> Outcome:
        new.verify(body, dict(headers))
        signatures.append(dict(headers)["webhook-signature"].split(" "))
        if len(signatures[-1]) == 2:
            old.verify(body, dict(headers))
        return YES

    for _ in range(2):
        tell(account)
        copy(account)
        send(verify)
        made.former_until = timezone.now() - timedelta(seconds=1)
        made.save()
    assert [len(each) for each in signatures] == [2, 1]


def test_a_slow_receiver_holds_few_of_the_threads_and_nobody_elses_messages() -> None:
    slow, quick = agent(), agent()
    slow_ones = [endpoint(slow, f"https://slow{number}.example.com/") for number in range(4)]
    failing = endpoint(agent(), "https://failing.example.com/")
    WebhookEndpoint.objects.filter(pk=failing.pk).update(failing_since=timezone.now())
    endpoint(quick, "https://quick.example.com/")
    for account in (slow, failing.account, quick):
        for _ in range(20):
            tell(account)
        copy(account)
    inside: Counter[str] = Counter()
    most: Counter[str] = Counter()
    counting, quick_done = threading.Lock(), threading.Event()
    finished_quick = 0

    def answers(target: Target, headers: list[tuple[str, str]], body: bytes) -> Outcome:
        nonlocal finished_quick
        with counting:
            inside[target.host] += 1
            inside["slow"] += target.host.startswith("slow")
            most.update({host: max(0, count - most[host]) for host, count in inside.items()})
        if target.host != "quick.example.com":
            quick_done.wait(20)  # as slow as it takes
        with counting:
            inside[target.host] -= 1
            inside["slow"] -= target.host.startswith("slow")
            finished_quick += target.host.startswith("quick")
            if finished_quick == 20:
                quick_done.set()
        return YES

    send(answers)
    assert quick_done.is_set()
    assert states(quick) == ["delivered"] * 20
    assert max(most[f"slow{number}.example.com"] for number in range(4)) <= policies.MOST_AT_ONCE
    assert most["slow"] <= policies.MOST_AT_ONCE_PER_ACCOUNT
    assert most["failing.example.com"] == policies.MOST_AT_ONCE_WHILE_FAILING
    assert len(slow_ones) == 4


def test_a_real_receiver_gets_it_and_a_redirect_of_it_is_kept_as_a_failure() -> None:
    account = agent()
    with Receiver().running() as receiver, Receiver().running() as inside:
        operations.create(account=account, url=receiver.url(), at=timezone.now())
        tell(account)
        copy(account)
        operations.send_due()
        assert states(account) == ["delivered"]
        receiver.says = answer(307, b"this way", Location=inside.url())
        tell(account)
        copy(account)
        operations.send_due()
        assert (states(account), inside.connections) == (["delivered", "pending"], 0)
    last = Attempt.objects.latest("id")
    assert (last.status, last.excerpt) == (307, "this way")


def test_an_address_that_the_house_no_longer_allows_is_not_sent_to() -> None:
    made, _ = one_delivery()
    WebhookEndpoint.objects.filter(pk=made.pk).update(url="https://10.0.0.1/")
    send(lambda target, headers, body: pytest.fail("it was sent"))
    assert Attempt.objects.get().fault == "address_refused"


def test_redelivered_the_same_message_is_sent_with_three_days_of_its_own() -> None:
    made, delivery = one_delivery()
    record(delivery.id, YES, at=delivery.due_at)
    later = timezone.now() + timedelta(days=5)
    again = operations.redeliver(account=made.account, endpoint_id=made.id, delivery_id=delivery.id, at=later)
    assert (again.state, again.tries, again.begun_at, again.body) == ("pending", 0, later, delivery.body)
    assert again.message_id == delivery.message_id
    stranger = endpoint(made.account)
    with pytest.raises(operations.NoSuchDelivery):
        operations.redeliver(account=made.account, endpoint_id=stranger.id, delivery_id=delivery.id, at=later)

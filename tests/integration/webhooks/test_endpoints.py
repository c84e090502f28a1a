"""Making and changing endpoints: how many, whose, what is refused; and what the database itself refuses."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from market.transitions import VersionMismatch
from market.webhooks import operations
from market.webhooks.models import Attempt, Delivery, WebhookEndpoint
from market.webhooks.policies import MOST_ENDPOINTS, OverlapTooLong, TooManyEndpoints, UnusableUrl
from tests.integration.webhooks.world import YES, agent, copy, endpoint, send, tell


@pytest.mark.django_db
@pytest.mark.parametrize("url", ["https://10.0.0.1/", "https://[::1]/", "ftp://agent.example.com/", "nonsense"])
def test_an_address_inside_is_refused_when_made_and_when_changed(url: str) -> None:
    account = agent()
    with pytest.raises(UnusableUrl):
        endpoint(account, url)
    made = endpoint(account)
    with pytest.raises(UnusableUrl):
        operations.change(account=account, endpoint_id=made.id, url=url, at=timezone.now())
    made.refresh_from_db()
    assert (made.url, made.version) == ("https://agent.example.com/hook", 1)


@pytest.mark.django_db
def test_another_accounts_endpoint_is_none() -> None:
    made, other, at = endpoint(agent()), agent(), timezone.now()
    tell(made.account)
    [delivery] = copy(made.account)
    for attempt in (
        lambda: operations.change(account=other, endpoint_id=made.id, enabled=False, at=at),
        lambda: operations.rotate_secret(account=other, endpoint_id=made.id, overlap=timedelta(), at=at),
        lambda: operations.delete(account=other, endpoint_id=made.id),
        lambda: operations.send_test(account=other, endpoint_id=made.id, at=at),
        lambda: operations.redeliver(account=other, endpoint_id=made.id, delivery_id=delivery.id, at=at),
    ):
        with pytest.raises(operations.NoSuchWebhookEndpoint):
            attempt()


@pytest.mark.django_db
def test_a_change_on_a_version_that_has_passed_is_refused() -> None:
    made = endpoint(agent())
    words: dict[str, Any] = {"account": made.account, "endpoint_id": made.id, "at": timezone.now()}
    changed = operations.change(**words, description="Mine", versions={1})
    assert (changed.description, changed.version, changed.url) == ("Mine", 2, made.url)
    with pytest.raises(VersionMismatch):
        operations.change(**words, description="Yours", versions={1})


@pytest.mark.django_db
def test_rotated_twice_the_oldest_secret_ends_and_an_overlap_of_nothing_ends_it_at_once() -> None:
    made, at = endpoint(agent()), timezone.now()
    first = made.secret_id
    words: dict[str, Any] = {"account": made.account, "endpoint_id": made.id, "at": at}
    second = operations.rotate_secret(**words, overlap=timedelta(hours=1))
    assert (second.former_secret_id, second.former_until) == (first, at + timedelta(hours=1))
    third = operations.rotate_secret(**words, overlap=timedelta(hours=1))
    assert third.former_secret_id == second.secret_id != first
    assert operations.rotate_secret(**words, overlap=timedelta()).former_secret_id is None
    with pytest.raises(OverlapTooLong):
        operations.rotate_secret(**words, overlap=timedelta(days=8))


@pytest.mark.django_db(transaction=True)
def test_of_many_made_at_once_no_more_than_the_limit_are_made() -> None:
    account = agent()
    start = threading.Barrier(MOST_ENDPOINTS + 6)

    def make(_: int) -> bool:
        try:
            start.wait(20)
            endpoint(account)
        except TooManyEndpoints:
            return False
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(MOST_ENDPOINTS + 6) as pool:
        assert sum(pool.map(make, range(MOST_ENDPOINTS + 6))) == MOST_ENDPOINTS
    assert WebhookEndpoint.objects.count() == MOST_ENDPOINTS


@pytest.mark.django_db
def test_to_a_disabled_endpoint_nothing_is_sent_by_hand_either() -> None:
    made, at = endpoint(agent()), timezone.now()
    test = operations.send_test(account=made.account, endpoint_id=made.id, at=at)
    assert test.message_id.startswith("whd_")
    operations.change(account=made.account, endpoint_id=made.id, enabled=False, at=at)
    with pytest.raises(operations.trying.EndpointDisabled):
        operations.send_test(account=made.account, endpoint_id=made.id, at=at)
    with pytest.raises(operations.trying.EndpointDisabled):
        operations.redeliver(account=made.account, endpoint_id=made.id, delivery_id=test.id, at=at)


BREAKING = {
    "webhook_endpoint_state_known": "UPDATE webhooks_webhookendpoint SET state = 'lost'",
    "webhook_endpoint_disabled_for_a_reason": "UPDATE webhooks_webhookendpoint SET state = 'disabled'",
    "webhook_endpoint_former_secret_ends": "UPDATE webhooks_webhookendpoint SET former_until = now()",
    "webhook_endpoint_secret_is_new": """
        UPDATE webhooks_webhookendpoint SET former_secret_id = secret_id, former_until = now()
    """,
    "webhook_endpoint_has_a_url": "UPDATE webhooks_webhookendpoint SET url = ''",
    "webhook_endpoint_account": "UPDATE webhooks_webhookendpoint SET mode = 'live'",
    "webhook_delivery_state_known": "UPDATE webhooks_delivery SET state = 'lost'",
    "webhook_delivery_pending_has_not_ended": "UPDATE webhooks_delivery SET state = 'pending'",
    "webhook_delivery_once_per_event": """
        INSERT INTO webhooks_delivery
            (id, endpoint_id, event_id, type, body, state, created_at, begun_at, due_at, tries)
        SELECT gen_random_uuid(), endpoint_id, event_id, type, body, 'pending', now(), now(), now(), 0
        FROM webhooks_delivery
    """,
    "webhook_attempt_answered_or_at_fault": "UPDATE webhooks_attempt SET status = NULL",
}


@pytest.mark.django_db
@pytest.mark.parametrize("constraint", BREAKING)
def test_the_database_refuses_what_cannot_be(constraint: str) -> None:
    account = agent()
    endpoint(account)
    tell(account)
    copy(account)
    send(YES)
    assert (Delivery.objects.count(), Attempt.objects.count()) == (1, 1)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(IntegrityError, match=constraint):
            cursor.execute(BREAKING[constraint])
        transaction.set_rollback(True)


def test_every_constraint_has_a_statement_that_breaks_it() -> None:
    written = {each.name for model in (WebhookEndpoint, Delivery, Attempt) for each in model._meta.constraints}
    assert set(BREAKING) == written | {"webhook_endpoint_account"}

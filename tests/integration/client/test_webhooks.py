"""A webhook as it really comes, over a socket, read with what the client gives its users."""

import pytest
from sightline import Sightline
from sightline.cli.forwarding import Forwarder, NotForwarded
from sightline.errors import InvalidSignature
from sightline.exchange import Patience
from sightline.webhooks import verify

from market.accounts.models import Account
from market.clock import now
from market.webhooks import operations
from market.webhooks.operations.sending import send_due
from tests.integration.client.test_calls import BASE, wish
from tests.integration.client.transport import ThroughDjango
from tests.receiver import Receiver, answer

pytestmark = pytest.mark.django_db(transaction=True)  # what is sent is sent by threads with connections of their own


def test_what_is_delivered_is_verified_and_leads_to_what_happened() -> None:
    with Receiver().running() as receiver, Sightline(BASE, transport=ThroughDjango()) as exchange:
        exchange.sign_up("Weather bot")
        made = exchange.call("POST", "/v1/webhook-endpoints", {"url": receiver.url(), "types": ["bounty.opened"]})
        bounty = exchange.post(**wish())
        operations.copy_feed(account_id=Account.objects.get().id, at=now())
        send_due()
        [got] = receiver.wait_for(1)
    told = verify(got.body, got.headers, made["secret"])
    assert (told["type"], told["data"]["bounty"]) == ("bounty.opened", bounty["id"])
    assert got.headers["webhook-id"]
    with pytest.raises(InvalidSignature):
        verify(got.body.replace(b"opened", b"closed"), got.headers, made["secret"])


def test_what_is_forwarded_comes_as_a_webhook_would() -> None:
    secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
    with Receiver().running() as receiver, Sightline(BASE, transport=ThroughDjango()) as exchange:
        exchange.sign_up("Weather bot")
        exchange.post(**wish())
        [event] = exchange.events_so_far()
        with Forwarder(receiver.url(), secret) as forwarder:
            assert forwarder.bring(event) == 200
        [got] = receiver.wait_for(1)
        told = verify(got.body, got.headers, secret)
        assert (told["type"], told["timestamp"], told["data"]) == (event["type"], event["at"], event["data"])
        assert got.headers["webhook-id"] == event["id"]
        receiver.says = answer(500)
        with (
            Forwarder(receiver.url(), None, patience=Patience(tries=2, first_pause=0.0)) as impatient,
            pytest.raises(NotForwarded, match=f"--after {event['cursor']}"),
        ):
            impatient.bring(event)
        assert len(receiver.wait_for(3)) == 3

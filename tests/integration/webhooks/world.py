"""An agent with endpoints, things that are told to it, and what came of sending them."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from market.accounts.models import Account
from market.events.models import JSON
from market.events.operations import append
from market.ids import encode, new_id
from market.webhooks import operations
from market.webhooks.gateway import Fault, Outcome
from market.webhooks.models import Delivery, WebhookEndpoint
from market.webhooks.operations.sending import Send, send_due

YES = Outcome(200, Fault.NONE, "", 5)
NO = Outcome(500, Fault.NONE, "out of order", 5)
GONE = Outcome(410, Fault.NONE, "", 5)
SILENCE = Outcome(None, Fault.TOO_SLOW, "", 10_000)
SECRET = "what only the feed says"


def agent() -> Account:
    return Account.objects.create(kind="agent", mode="test")


def endpoint(account: Account, url: str = "https://agent.example.com/hook", **words: Any) -> WebhookEndpoint:
    return operations.create(account=account, url=url, at=timezone.now(), **words)


def tell(account: Account, type_: str = "bounty.opened", **data: JSON) -> None:
    with transaction.atomic():
        said: dict[str, JSON] = {"bounty": encode("bnt", new_id()), "version": 1, "total": SECRET, **data}
        append(account_id=account.id, type=type_, data=said, at=timezone.now())


def copy(account: Account, at: datetime | None = None) -> list[Delivery]:
    operations.copy_feed(account_id=account.id, at=at or timezone.now())
    return list(Delivery.objects.filter(endpoint__account=account).order_by("created_at", "id"))


def send(outcome: Outcome | Send) -> None:
    """Send what is due, to a world that answers everything alike or as a function says."""
    answers = (lambda target, headers, body: outcome) if isinstance(outcome, Outcome) else outcome
    send_due(send=answers)


def states(account: Account) -> list[str]:
    rows = Delivery.objects.filter(endpoint__account=account).order_by("created_at", "id")
    return list(rows.values_list("state", flat=True))

"""The kinds of work this room asks for. Imported when the apps are loaded, so that they are known everywhere."""

from uuid import UUID

from market.clock import now
from market.events import following
from market.webhooks.operations import copying, sending
from market.work import registry

following.register(copying.ask_for_copy)


@registry.handler(copying.COPY)
def copy_feed(subject: str) -> None:
    copying.copy_feed(account_id=UUID(subject), at=now())


# Never given up: it is not one message that is in this row, but whatever is due.
@registry.handler(copying.SEND, attempts=1_000)
def send_due(subject: str) -> None:
    sending.send_due()

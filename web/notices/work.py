"""The kinds of work this room asks for. Imported when the apps are loaded, so that they are known everywhere."""

from uuid import UUID

from market.clock import now
from market.events import following
from market.work import registry
from web.notices import operations, sending

following.register(operations.ask_for_copy)


@registry.handler(operations.COPY)
def copy_feed(subject: str) -> None:
    operations.copy_feed(account_id=UUID(subject), at=now())


@registry.handler(operations.SEND)
def send(subject: str) -> None:
    sending.send(notice_id=UUID(subject), at=now())

"""The kinds of work this room asks for. Imported when the apps are loaded, so that they are known everywhere."""

from uuid import UUID

from bounties import capturing, verifying
from bounties.capturing import DELIVER
from bounties.operations.freezing import cancel_open
from bounties.operations.submitting import VERIFY
from market.clock import now
from market.payments.debts import CANCEL_OPEN
from market.work import registry


def give_up(subject: str) -> None:
    verifying.give_up(submission_id=UUID(subject), at=now())


@registry.handler(DELIVER)
def deliver_result(subject: str) -> None:
    capturing.deliver(submission_id=UUID(subject), at=now())


@registry.handler(VERIFY, attempts=5, on_given_up=give_up)
def verify_submission(subject: str) -> None:
    verifying.verify_submission(submission_id=UUID(subject), at=now())


@registry.handler(CANCEL_OPEN)
def cancel_open_bounties(subject: str) -> None:
    cancel_open(buyer_id=UUID(subject), at=now())

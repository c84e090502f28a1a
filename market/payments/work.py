"""The kinds of work this room asks for. Imported when the apps are loaded, so that they are known everywhere."""

from uuid import UUID

from market.accounts.models import Account
from market.clock import now
from market.payments import automatic, contests, debts, inbox, on_chain, reconciling, refunds, stopping, top_ups
from market.payments import payout_events as _payout_events  # noqa: F401 - who applies which events is known then
from market.payments.operations import SEND
from market.payments.operations import send_payout as send
from market.payments.states import ChainPaymentState
from market.work import registry

RECONCILE = "reconcile"


# Never given up into `failed`: as long as nobody knows whether money has left, it is not available again.
@registry.handler(SEND, attempts=100)
def send_payout(subject: str) -> None:
    again_at = send(payout_id=UUID(subject), at=now())
    if again_at is not None:
        raise registry.TryLater(again_at, "the money is on its way")


@registry.handler(stopping.ALERT)
def alert_of_payout_stop(subject: str) -> None:
    stopping.alert(stop_id=UUID(subject))


@registry.handler(contests.ALERT)
def alert_of_contest(subject: str) -> None:
    contests.alert(dispute_id=subject)


# Never given up for being asked too often: Stripe may be away for a while, and the nightly listing comes late.
@registry.handler(inbox.APPLY, attempts=100)
def apply_stripe_event(subject: str) -> None:
    inbox.apply(event_id=subject, at=now())


@registry.handler(on_chain.SETTLE)
def settle_x402(subject: str) -> None:
    payment = on_chain.settle(payment_id=UUID(subject), at=now())
    if payment.state == ChainPaymentState.SETTLING:
        raise registry.TryLater(now() + on_chain.AGAIN_LATER, "nobody knows yet what became of it")


@registry.handler(RECONCILE)
def reconcile(_day: str) -> None:
    reconciling.reconcile(at=now())


@registry.handler(debts.COLLECT)
def collect_debt(subject: str) -> None:
    debts.collect(agent=Account.objects.get(pk=subject), at=now())


@registry.handler(top_ups.LOOK)
def look_at_top_up(subject: str) -> None:
    top_ups.look(top_up_id=UUID(subject), at=now())


# Never given up into nothing: what has been set aside is sent, or given back.
@registry.handler(refunds.SEND, attempts=100)
def send_refund(subject: str) -> None:
    refunds.send_refund(refund_id=UUID(subject), at=now())


@registry.handler(automatic.ASK, attempts=100)
def top_up_automatically(subject: str) -> None:
    try:
        automatic.top_up_automatically(agent_id=UUID(subject), at=now())
    except top_ups.TopUpsTooFast:
        return  # the sweep asks again


@registry.handler(automatic.TELL)
def tell_card_refused(subject: str) -> None:
    automatic.tell_refused(top_up_id=UUID(subject))

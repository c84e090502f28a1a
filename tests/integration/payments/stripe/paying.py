"""An owner with a live agent, and what they and Stripe do, for the tests of money coming in."""

from datetime import UTC, datetime, timedelta

from django.test import Client
from django.utils import timezone

from market.accounts.models import Account, Agent
from market.ids import new_id
from market.ledger import queries, rules
from market.ledger.operations import post
from market.ledger.postings import AccountKind, AccountRef, Book
from market.money import MICROS_PER_DOLLAR
from market.payments import top_ups
from market.payments.models import StripeEvent, TopUp
from market.work import running
from market.work.models import Work
from tests.fakes.stripe_twin import Twin
from tests.people import make_user

LIVE = Book("live")
DOLLAR = MICROS_PER_DOLLAR


def live_agent() -> Account:
    account = Account.objects.create(kind="agent", mode="live")
    Agent.objects.create(
        account=account,
        name="Bakery watcher",
        owner=make_user(),
        claimed_at=timezone.now(),
        claim_hash=new_id().bytes * 2,
    )
    return account


def asked(agent: Account, dollars: int = 25) -> TopUp:
    return top_ups.ask_top_up(agent=agent, amount_micros=dollars * DOLLAR, at=timezone.now())


def topped_up(client: Client, twin: Twin, agent: Account, dollars: int, *, saves_card: bool = False) -> str:
    """Asked, paid, told and credited; answers the payment's id."""
    top_up = top_ups.ask_top_up(agent=agent, amount_micros=dollars * DOLLAR, at=timezone.now(), saves_card=saves_card)
    paid = twin.pay(page_of(top_up))
    deliver(client, twin)
    work_off()
    return str(paid["payment_intent"])


def spend(agent: Account, micros: int) -> None:
    """Set it aside for a bounty, which is what spending begins with."""
    change = new_id()
    post(
        [rules.add_to_hold(book=LIVE, agent_id=agent.id, bounty_id=change, change_id=change, amount_micros=micros)],
        at=timezone.now(),
    )


def page_of(top_up: TopUp) -> str:
    """The id of its payment page at Stripe, opened as the owner would."""
    top_ups.open_checkout(top_up_id=top_up.id, return_address="https://house.example/back", at=timezone.now())
    return TopUp.objects.get(pk=top_up.id).session_id


def deliver(client: Client, twin: Twin, **how: object) -> list[int]:
    """Stripe's webhooks arrive, however it sends them; answers their statuses."""
    statuses = []
    for kind, body, signature in twin.webhooks(**how):
        headers = {"Stripe-Signature": signature}
        answer = client.post(f"/stripe/webhooks/{kind}", body, content_type="application/json", headers=headers)
        statuses.append(answer.status_code)
    return statuses


def work_off(*, later: timedelta = timedelta()) -> None:
    """Do what is due, as workers would, until nothing is."""
    at = datetime.now(UTC) + later
    while (
        due := Work.objects.filter(done_at=None, given_up_at=None, due_at__lte=at)
        .order_by("due_at", "id")
        .values_list("id", flat=True)[:50]
    ):
        for each in list(due):
            Work.objects.filter(pk=each, held_until=None, due_at__gt=datetime.now(UTC)).update(due_at=datetime.now(UTC))
            running.run(work_id=each, at=at)


def available(agent: Account) -> int:
    return queries.balance(rules.agent_available(LIVE, agent.id))


def house(kind: AccountKind) -> int:
    return queries.balance(AccountRef(LIVE, kind))


def at_stripe(twin: Twin) -> int:
    """What the twin's books say we have there, in micros."""
    return int(sum(each["net"] for each in twin.command("transactions"))) * 10_000


def unapplied() -> int:
    return StripeEvent.objects.filter(applied_at=None).count()

"""A buyer whose payment is contested at the bank is frozen: no money is set aside for it, whoever asks."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from bounties import operations
from bounties.models import Bounty, OperatorAction
from market.accounts.audit import CONSOLE
from market.accounts.models import Account, Agent, Operator
from market.accounts.operations import appoint_operator
from market.accounts.policies import AgentFrozen
from market.ids import encode, new_id
from market.ledger import invariants
from market.payments import debts
from tests.integration.bounties.story import BEGIN
from tests.integration.bounties.test_seasoning import SEASONED_AT, balance, offer, paid_agent
from tests.integration.payments.stripe.paying import work_off
from tests.integration.web.people import come_in, signed_up
from tests.people import make_operator, make_user

pytestmark = pytest.mark.django_db
DOUBTFUL = "Is anybody at home?"


@pytest.fixture
def buyer() -> Account:
    """It has paid 300.00 in, of which all may be spent."""
    account = paid_agent(at=BEGIN - (SEASONED_AT - BEGIN))
    Agent.objects.create(
        account=account, name="Watcher", owner=make_user(), claimed_at=BEGIN, claim_hash=new_id().bytes * 2
    )
    return account


def freeze(buyer: Account, at: Any = BEGIN) -> None:
    Agent.objects.filter(account=buyer).update(frozen_at=at)


def allow(operator: Operator, bounty: Bounty) -> Bounty:
    return operations.allow(operator=operator, bounty_id=bounty.id, reason="A shop.", at=BEGIN)


def test_an_operator_does_not_allow_its_bounty_until_it_is_free_again(buyer: Account) -> None:
    bounty, operator = offer(buyer, title=DOUBTFUL), make_operator()
    freeze(buyer)
    with pytest.raises(AgentFrozen) as refused:
        allow(operator, bounty)
    assert (refused.value.code, bool(refused.value.fix)) == ("agent_frozen", True)
    bounty.refresh_from_db()
    assert (bounty.state, balance(buyer), OperatorAction.objects.count()) == ("screening", (300, 0), 0)
    freeze(buyer, None)
    assert (allow(operator, bounty).state, balance(buyer)) == ("open", (245, 55))


def test_the_desk_says_why_it_cannot_be_allowed(buyer: Account, mailoutbox: list[EmailMessage]) -> None:
    cache.clear()  # how often somebody has signed in
    user = signed_up("olga@example.org")
    appoint_operator(user=user, by=CONSOLE, reason="a test", at=timezone.now())
    bounty = offer(buyer, title=DOUBTFUL)
    # Of now, and not of the story: the desk goes by the clock on the wall.
    Bounty.objects.filter(pk=bounty.pk).update(opens_at=timezone.now(), closes_at=timezone.now() + timedelta(hours=5))
    freeze(buyer)
    told = come_in(user, mailoutbox).post(
        f"/ops/bounties/{encode('bnt', bounty.id)}", {"ruling": "allow", "reason": "A shop."}
    )
    assert "contested at the bank" in told.content.decode()
    bounty.refresh_from_db()
    assert bounty.state == "screening"


def test_a_bounty_that_waited_for_money_is_not_funded(buyer: Account) -> None:
    bounty = allow(make_operator(), offer(buyer, title=DOUBTFUL, reward="500.00"))
    assert bounty.state == "unfunded"
    freeze(buyer)
    with pytest.raises(AgentFrozen):
        operations.fund(buyer=buyer, bounty_id=bounty.id, at=BEGIN)
    bounty.refresh_from_db()
    assert (bounty.state, balance(buyer)) == ("unfunded", (300, 0))


def test_what_is_posted_while_the_bank_takes_the_money_is_taken_back(buyer: Account) -> None:
    """Its key was let in a moment before it was frozen: the last question is asked with the balance locked."""
    freeze(buyer)
    with pytest.raises(AgentFrozen):
        offer(buyer)
    assert (Bounty.objects.count(), balance(buyer), invariants.faults()) == (0, (300, 0), [])


def test_what_is_held_already_comes_back_while_it_is_frozen(buyer: Account) -> None:
    bounty = offer(buyer)
    freeze(buyer)
    operations.cancel(buyer=buyer, bounty_id=bounty.id, at=BEGIN + timedelta(minutes=1))
    assert balance(buyer) == (300, 0)


def test_freezing_cancels_what_nobody_has_claimed(buyer: Account) -> None:
    bounty, other = offer(buyer, at=timezone.now()), offer(paid_agent(), at=timezone.now())
    with transaction.atomic():
        debts.freeze(buyer, timezone.now())
    work_off()
    bounty.refresh_from_db()
    other.refresh_from_db()
    assert (bounty.state, other.state, balance(buyer)) == ("cancelled", "open", (300, 0))

"""An agent is made by its program and claimed by a person."""

import threading

import pytest
from django.db import connection

from market.accounts import operations, policies, queries
from market.accounts.authentication import authenticate
from market.accounts.models import Account, Agent, ApiKey, Audit
from market.accounts.operations.agents import ClaimedByAnother, ClaimUnknown, find_claimable
from tests.people import NOON, make_agent, make_user


@pytest.mark.django_db
def test_an_agent_begins_in_test_mode_with_a_key_for_everything() -> None:
    new = operations.create_agent(name=" Ada  Bot ", contact="ada@example.org", at=NOON)
    assert new.agent.name == "Ada Bot"
    assert (new.agent.account.kind, new.agent.account.mode, new.agent.owner) == ("agent", "test", None)
    assert new.key_text.startswith("sl_test_")
    caller = authenticate(text=new.key_text, address=None, at=NOON)
    assert caller.account_id == new.agent.pk
    assert caller.scopes == {"read", "post", "review", "money"}


@pytest.mark.django_db
def test_neither_the_key_nor_the_claim_token_is_kept() -> None:
    new = make_agent()
    secret = new.key_text.rpartition("_")[2]
    for table in ("accounts_agent", "accounts_apikey", "accounts_audit"):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT row_to_json({table})::text FROM {table}")
            rows = " ".join(row[0] for row in cursor.fetchall())
        assert secret not in rows
        assert new.claim_token not in rows
    assert secret not in repr(new)
    assert new.claim_token not in repr(new)


@pytest.mark.django_db
def test_a_refused_name_leaves_nothing_behind() -> None:
    with pytest.raises(policies.InvalidName):
        operations.create_agent(name="", at=NOON)
    assert (Account.objects.count(), ApiKey.objects.count(), Audit.objects.count()) == (0, 0, 0)


@pytest.mark.django_db
def test_a_claim_makes_the_owner_and_is_recorded() -> None:
    new, user = make_agent(), make_user()
    agent = operations.claim_agent(user=user, token=new.claim_token, at=NOON)
    assert (agent.owner, agent.claimed_at) == (user, NOON)
    assert list(queries.agents_of(user)) == [agent]
    line = Audit.objects.get(action="agent_claimed")
    assert (line.by, line.by_id, line.subject_id, line.at) == ("user", user.id, agent.pk, NOON)


@pytest.mark.django_db
def test_a_claim_repeated_by_its_owner_changes_nothing() -> None:
    new, user = make_agent(), make_user()
    first = operations.claim_agent(user=user, token=new.claim_token, at=NOON)
    again = operations.claim_agent(user=user, token=new.claim_token, at=NOON.replace(hour=13))
    assert (again.pk, again.claimed_at) == (first.pk, NOON)
    assert Audit.objects.filter(action="agent_claimed").count() == 1


@pytest.mark.django_db
def test_a_claimed_agent_stays_with_its_owner() -> None:
    new, owner, other = make_agent(), make_user(), make_user()
    operations.claim_agent(user=owner, token=new.claim_token, at=NOON)
    with pytest.raises(ClaimedByAnother):
        operations.claim_agent(user=other, token=new.claim_token, at=NOON)
    with pytest.raises(ClaimedByAnother):
        find_claimable(token=new.claim_token)
    assert Agent.objects.get(pk=new.agent.pk).owner == owner


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["", "slc_", "slc_" + "0" * 64, "\ud800", "x" * 10_000])
def test_a_token_that_is_none_leads_nowhere(token: str) -> None:
    make_agent()
    with pytest.raises(ClaimUnknown):
        operations.claim_agent(user=make_user(), token=token, at=NOON)


@pytest.mark.django_db(transaction=True)
def test_of_two_claims_at_once_one_wins() -> None:
    new, users = make_agent(), [make_user() for _ in range(4)]
    start, outcomes = threading.Barrier(len(users)), []

    def claim(index: int) -> None:
        start.wait()
        try:
            operations.claim_agent(user=users[index], token=new.claim_token, at=NOON)
            outcomes.append("won")
        except ClaimedByAnother:
            outcomes.append("lost")
        finally:
            connection.close()

    threads = [threading.Thread(target=claim, args=[index]) for index in range(len(users))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["lost", "lost", "lost", "won"]
    assert Audit.objects.filter(action="agent_claimed").count() == 1

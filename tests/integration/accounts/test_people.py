"""Scouts, operators, and the clocks of test accounts."""

import threading
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.db import connection

from market.accounts import operations, policies, queries
from market.accounts.audit import CONSOLE, Actor
from market.accounts.models import Account, Audit, Mode, Operator, Scout
from market.accounts.operations.clocks import AccountUnknown
from market.accounts.operations.operators import NotAnOperator, ReasonMissing
from market.ids import new_id
from tests.people import NOON, make_agent, make_operator, make_scout, make_user


@pytest.mark.django_db
def test_a_person_is_one_scout_in_each_mode() -> None:
    user = make_user()
    practising = operations.become_scout(user=user, mode=Mode.TEST, at=NOON)
    earning = operations.become_scout(user=user, mode=Mode.LIVE, at=NOON)
    assert practising.account_id != earning.account_id
    assert (practising.account.kind, practising.account.mode) == ("scout", "test")
    assert [scout.mode for scout in queries.scouts_of(user)] == ["live", "test"]


@pytest.mark.django_db(transaction=True)
def test_two_taps_at_once_make_one_scout() -> None:
    user, start = make_user(), threading.Barrier(3)

    def tap() -> None:
        start.wait()
        operations.become_scout(user=user, mode=Mode.LIVE, at=NOON)
        connection.close()

    threads = [threading.Thread(target=tap) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (Scout.objects.count(), Account.objects.count()) == (1, 1)


@pytest.mark.django_db
def test_an_operator_is_appointed_once_and_it_is_recorded() -> None:
    user = make_user()
    operations.appoint_operator(user=user, by=CONSOLE, reason="night shift", at=NOON)
    operations.appoint_operator(user=user, by=CONSOLE, reason="again", at=NOON)
    assert queries.is_operator(user)
    line = Audit.objects.get(action="operator_appointed")
    assert (line.by, line.by_id, line.subject_id, line.reason) == ("console", None, user.id, "night shift")


@pytest.mark.django_db
def test_an_operator_is_dismissed_by_another_and_it_is_recorded() -> None:
    leaving, staying = make_operator(), make_operator()
    operations.dismiss_operator(user=leaving.user, by=Actor.user(staying.user), reason="moved on", at=NOON)
    assert [operator.user for operator in Operator.objects.all()] == [staying.user]
    line = Audit.objects.get(action="operator_dismissed")
    assert (line.by, line.by_id, line.subject_id) == ("user", staying.user.id, leaving.user_id)


@pytest.mark.django_db
def test_nobody_is_dismissed_who_is_no_operator() -> None:
    with pytest.raises(NotAnOperator):
        operations.dismiss_operator(user=make_user(), by=CONSOLE, reason="a mistake", at=NOON)


@pytest.mark.django_db
@pytest.mark.parametrize("reason", ["", "  "])
def test_nobody_is_appointed_without_a_reason(reason: str) -> None:
    with pytest.raises(ReasonMissing):
        operations.appoint_operator(user=make_user(), by=CONSOLE, reason=reason, at=NOON)
    assert Operator.objects.count() == 0


@pytest.mark.django_db
def test_lost_passkeys_are_forgotten_and_it_is_recorded() -> None:
    mine, other = make_user(), make_user()
    for user in (mine, mine, other):
        Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data={})
    assert operations.forget_passkeys(user=mine, by=CONSOLE, reason="phone lost", at=NOON) == 2
    assert Authenticator.objects.get().user == other
    assert Audit.objects.get(action="passkeys_forgotten").facts == {"count": 2}


@pytest.mark.django_db
def test_the_commands_appoint_and_dismiss(capsys: pytest.CaptureFixture[str]) -> None:
    user = make_user("chief@example.org")
    call_command("appoint_operator", "Chief@Example.org", "--reason", "first of all")
    assert queries.is_operator(user)
    call_command("appoint_operator", "chief@example.org", "--reason", "left", "--dismiss")
    assert not queries.is_operator(user)
    assert [line.reason for line in Audit.objects.order_by("id")] == ["first of all", "left"]
    assert "is an operator" in capsys.readouterr().out


@pytest.mark.django_db
def test_the_command_knows_nobody_who_never_signed_in() -> None:
    with pytest.raises(CommandError, match="sign in once"):
        call_command("appoint_operator", "nobody@example.org", "--reason", "why not")


@pytest.mark.django_db
def test_the_command_forgets_passkeys() -> None:
    user = make_user("chief@example.org")
    Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data={})
    call_command("forget_passkeys", "chief@example.org", "--reason", "phone lost")
    assert Authenticator.objects.count() == 0


@pytest.mark.django_db
def test_a_test_clock_goes_forward_and_adds_up() -> None:
    account_id = make_agent().agent.pk
    operations.advance_clock(account_id=account_id, by=timedelta(hours=2), at=NOON)
    shown = operations.advance_clock(account_id=account_id, by=timedelta(minutes=30), at=NOON)
    assert shown == NOON + timedelta(hours=2, minutes=30)
    assert Account.objects.get(pk=account_id).time_of(NOON) == shown


@pytest.mark.django_db
def test_a_live_clock_is_not_moved() -> None:
    scout = make_scout(Mode.LIVE)
    with pytest.raises(policies.ClockOnlyInTest):
        operations.advance_clock(account_id=scout.account_id, by=timedelta(seconds=1), at=NOON)


@pytest.mark.django_db
def test_a_clock_of_nobody_is_not_moved() -> None:
    with pytest.raises(AccountUnknown):
        operations.advance_clock(account_id=new_id(), by=timedelta(seconds=1), at=NOON)

"""What the door forgets, and what it still has to remember."""

from datetime import UTC, datetime, timedelta

import pytest

from agents_api.limits import EVERY_CALL, TooManyCalls, spend
from agents_api.models import CallRate, KeptAnswer
from agents_api.retention import forget
from agents_api.tasks import forget_what_is_over
from market.accounts.models import Account
from market.broker import beat_schedule
from market.celery import app

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_an_answer_is_kept_for_seven_days_and_no_longer() -> None:
    account = Account.objects.create(kind="agent", mode="test")
    for name, age in (("old", timedelta(days=7, seconds=1)), ("kept", timedelta(days=6, hours=23))):
        KeptAnswer.objects.create(
            account=account, key=name, fingerprint=b"", status=200, body=b"{}", created_at=AT - age
        )
    assert forget(at=AT) == 1
    assert [each.key for each in KeptAnswer.objects.all()] == ["kept"]


def test_a_caller_is_forgotten_when_nothing_is_counted_against_it_any_more() -> None:
    spend(EVERY_CALL, caller="quiet", at=AT - timedelta(hours=1))
    spend(EVERY_CALL, caller="busy", at=AT, calls=600)
    assert forget(at=AT) == 1
    assert [each.caller for each in CallRate.objects.all()] == ["default:busy"]
    with pytest.raises(TooManyCalls):
        spend(EVERY_CALL, caller="busy", at=AT)


def test_it_is_done_every_hour() -> None:
    assert forget_what_is_over.name in {each["task"] for each in beat_schedule.values()}
    assert forget_what_is_over.name in app.tasks
    forget_what_is_over()

"""The script of docs/going-live.md, against the twin; and never with a key for real money."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from pytest_django import Settings

from market.payments.rehearsal import rehearse
from tests.fakes.stripe_twin import Twin

pytestmark = pytest.mark.django_db


def test_every_step_goes_well_against_the_twin(twin: Twin) -> None:
    out = StringIO()
    call_command("rehearse_stripe", stdout=out)
    assert (out.getvalue().count("well  "), out.getvalue().count("FAILED")) == (10, 0)
    assert (len(twin.all("cs")), len(twin.all("acct")), twin.all("tr")) == (1, 1, [])


def test_a_step_that_fails_is_named_and_the_others_are_done(twin: Twin, settings: Settings) -> None:
    settings.STRIPE_SECRETS = {**settings.STRIPE_SECRETS, "thin": ""}
    twin.fault("POST /v2/core/accounts", "away")
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("rehearse_stripe", stdout=out)
    failed = [line for line in out.getvalue().splitlines() if line.startswith("FAILED")]
    assert len(failed) == 4


@pytest.mark.parametrize(("key", "said"), [("sk_live_1", "moves real money"), ("", "takes no real money")])
def test_it_is_for_sandboxes(twin: Twin, settings: Settings, key: str, said: str) -> None:
    settings.STRIPE_API_KEY = key
    with pytest.raises(CommandError, match=said):
        call_command("rehearse_stripe")
    assert twin.calls() == []
    with pytest.raises(Exception, match=said):
        next(rehearse())

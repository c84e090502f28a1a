"""One long story of payouts: `python -m tests.simulation --payouts 10000`. A bare pytest does not collect this file."""

import os
import secrets

import pytest

from tests.fakes.stripe_twin import Twin
from tests.integration.conftest import running_twin, twin  # noqa: F401 - fixtures
from tests.simulation import payouts, telling


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(0)
def test_each_payout_is_sent_once_or_not_at_all(twin: Twin) -> None:  # noqa: F811
    seed = int(os.environ.get("TEST_SIMULATION_SEED") or secrets.randbelow(10**9))
    count = int(os.environ.get("TEST_SIMULATION_PAYOUTS", "10000"))
    happened = payouts.tell(twin, seed=seed, payouts=count, scouts=40)
    telling.say(f"seed {seed}: " + ", ".join(f"{what} {number}" for what, number in sorted(happened.items())))

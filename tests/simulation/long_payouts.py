"""Long stories of payouts: `python -m tests.simulation --payouts 10000`. A bare pytest does not collect this file."""

import os

import pytest

from tests.fakes.stripe_twin import Twin
from tests.integration.conftest import running_twin, twin  # noqa: F401 - fixtures
from tests.simulation import payouts, telling

FIRST_SEED = int(os.environ.get("TEST_SIMULATION_SEED", "1"))
COUNT = int(os.environ.get("TEST_SIMULATION_PAYOUTS", "2500"))
STORIES = int(os.environ.get("TEST_SIMULATION_STORIES", "1"))


# Each step commits, as in the house: in one long transaction nothing old is cleared away, and the ledger's deferred
# checks never run.
@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(0)
@pytest.mark.parametrize("seed", range(FIRST_SEED, FIRST_SEED + STORIES))
def test_each_payout_is_sent_once_or_not_at_all(twin: Twin, seed: int) -> None:  # noqa: F811
    happened = payouts.tell(twin, seed=seed, payouts=COUNT, scouts=40, say=telling.say)
    telling.say(f"seed {seed}: " + ", ".join(f"{what} {number}" for what, number in sorted(happened.items())))

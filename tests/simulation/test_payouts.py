"""A few fixed stories of payouts; `python -m tests.simulation --payouts 10000` tells a long one."""

import pytest
from pytest_django import Settings

from tests.fakes.stripe_twin import Twin
from tests.integration.conftest import running_twin, twin  # noqa: F401 - fixtures
from tests.simulation import payouts


@pytest.mark.django_db
@pytest.mark.parametrize(("seed", "paid_by"), [(1, "house"), (2, "scout")])
def test_each_payout_is_sent_once_or_not_at_all(
    twin: Twin,  # noqa: F811
    settings: Settings,
    seed: int,
    paid_by: str,
) -> None:
    settings.PAYOUTS_PAID_BY = paid_by
    happened = payouts.tell(twin, seed=seed, payouts=25, scouts=3)
    assert happened["paid"] + happened["returned"] > 0

import pytest

from market.accounts.models import Agent
from tests.integration.bounties.nearby.world import make_agent


@pytest.fixture
def buyer(db: None) -> Agent:
    return make_agent()

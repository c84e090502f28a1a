"""What is shared by many rooms: pictures are developed once, and Stripe's twin is the Stripe of a house that takes real
money. One twin serves a run, and forgets between tests.
"""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests import developing
from tests.fakes import stripe_twin
from tests.fakes.stripe_twin import Twin


@pytest.fixture(autouse=True)
def _pictures() -> Iterator[None]:
    with developing.once():
        yield


@pytest.fixture(scope="session")
def running_twin() -> Iterator[Twin]:
    with stripe_twin.running() as twin:
        yield twin


@pytest.fixture
def twin(running_twin: Twin, settings: Settings) -> Twin:
    """Live mode is open, and nothing has happened at Stripe."""
    running_twin.forget()
    settings.STRIPE_API_KEY = stripe_twin.API_KEY
    settings.STRIPE_API_ADDRESS = running_twin.address
    settings.STRIPE_SECRETS = stripe_twin.SECRETS
    settings.STRIPE_RETRIES = 0
    return running_twin

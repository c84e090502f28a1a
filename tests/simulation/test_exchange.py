"""Random stories, the same ones in every run; `python -m tests.simulation` tells new ones for as long as one likes."""

import pytest
from hypothesis.stateful import run_state_machine_as_test

from tests.simulation.interfering import WholeExchange
from tests.simulation.telling import settings_for


@pytest.mark.django_db
@pytest.mark.timeout(600)  # what fails is made short first, for up to five minutes
def test_exchange_does_what_the_model_says() -> None:
    run_state_machine_as_test(WholeExchange, settings=settings_for(stories=14, steps=50, derandomize=True))

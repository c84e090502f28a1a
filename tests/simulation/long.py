"""New stories for as long as asked: `python -m tests.simulation`. A bare pytest does not collect this file."""

import os
import secrets

import pytest

from tests.simulation import telling


@pytest.mark.django_db
@pytest.mark.timeout(0)
def test_new_stories_end_as_the_model_says() -> None:
    first_seed = int(os.environ.get("TEST_SIMULATION_SEED") or secrets.randbelow(10**9))
    minutes = float(os.environ.get("TEST_SIMULATION_MINUTES", "60"))
    happened = telling.tell_stories(first_seed=first_seed, minutes=minutes)
    telling.say(", ".join(f"{what} {count}" for what, count in sorted(happened.items())))
    assert happened["steps"] > 0

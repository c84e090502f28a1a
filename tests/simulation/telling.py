"""Stories told with one seed after another, with a count of what happened in them."""

import sys
import time
from collections import Counter

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.simulation.interfering import WholeExchange

STEPS = 60
STORIES_OF_A_SEED = 10


def settings_for(*, stories: int, steps: int = STEPS, derandomize: bool = False) -> settings:
    return settings(
        max_examples=stories,
        stateful_step_count=steps,
        derandomize=derandomize,
        database=None,
        deadline=None,
        print_blob=True,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )


def tell_stories(*, first_seed: int, minutes: float) -> Counter[str]:
    """At least one seed. What fails is printed by Hypothesis, step by step, below the seed that finds it again."""
    ends_at = time.monotonic() + 60 * minutes
    happened: Counter[str] = Counter()
    number = first_seed
    while True:
        say(f"seed {number}")
        told = seed(number)(type("WholeExchange", (WholeExchange,), {"happened": happened}))
        run_state_machine_as_test(told, settings=settings_for(stories=STORIES_OF_A_SEED))
        number += 1
        say(f"{happened['steps']} steps in {happened['stories']} stories, {number - first_seed} seeds, none failed")
        if time.monotonic() >= ends_at:
            return happened


def say(line: str) -> None:
    # Past pytest's capture: whoever waits for an hour wants to see that it goes on.
    print(line, file=sys.__stderr__, flush=True)

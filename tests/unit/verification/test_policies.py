from itertools import pairwise

import pytest

from tests.unit.verification.builders import evidence, requirements
from verification import checks
from verification.kinds import PHOTO
from verification.policies import POLICIES, policy_for


@pytest.mark.parametrize(
    ("reward_micros", "level"),
    [
        (0, "everyday"),
        (4_999_999, "everyday"),
        (5_000_000, "notable"),
        (24_999_999, "notable"),
        (25_000_000, "valuable"),
        (100_000_000, "critical"),
        (10**15, "critical"),
    ],
)
def test_the_dearest_row_that_the_reward_reaches_counts(reward_micros: int, level: str) -> None:
    assert policy_for(reward_micros).level == level


def test_what_is_required_only_grows() -> None:
    for cheaper, dearer in pairwise(POLICIES):
        assert set(cheaper.required) <= set(dearer.required)
        for column in ("from_micros", "least_fixes", "signature", "models", "witnesses"):
            assert getattr(cheaper, column) <= getattr(dearer, column)


def test_every_required_check_exists() -> None:
    known = {result.check for result in checks.run(evidence(), requirements())}
    assert set(POLICIES[-1].required) <= known


def test_every_check_answers_under_its_own_name_with_a_sentence_for_each_side() -> None:
    anywhere = {name: each for name, each in checks.registered().items() if each.kind in (None, PHOTO)}
    for name, registered in anywhere.items():
        result = registered.check(evidence(), requirements())
        assert result.check == name
        assert result.scout.endswith(".")
        assert result.buyer.endswith(".")

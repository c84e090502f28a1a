import pytest

from tests.unit.verification.builders import NOON, SHA, evidence, photo, requirements
from verification.checks.exact_reuse import exact_reuse
from verification.evidence import Evidence, ExactDuplicate


def seen(*, same_subject: bool) -> ExactDuplicate:
    return ExactDuplicate(SHA, NOON, same_subject=same_subject, same_group=False)


@pytest.mark.parametrize(
    ("given", "outcome", "reason"),
    [
        (evidence(), "pass", "new"),
        (evidence(exact_duplicates=(seen(same_subject=True),)), "fail", "own_file"),
        (evidence(exact_duplicates=(seen(same_subject=False),)), "fail", "others_file"),
        (evidence(exact_duplicates=(seen(same_subject=True), seen(same_subject=False))), "fail", "others_file"),
        (evidence(artifacts=(photo(), photo())), "fail", "twice_here"),
        (evidence(duplicates_searched=False), "unknown", "not_searched"),
        (evidence(duplicates_searched=False, exact_duplicates=(seen(same_subject=True),)), "fail", "own_file"),
    ],
)
def test_the_same_bytes_are_never_a_new_capture(given: Evidence, outcome: str, reason: str) -> None:
    result = exact_reuse(given, requirements())
    assert (result.outcome, result.reason, result.severity) == (outcome, reason, "decisive")

import pytest

from tests.unit.verification.builders import SQUARE, evidence, moved, photo, requirements, session
from verification.checks.exif_place import exif_place
from verification.evidence import Evidence
from verification.photos.facts import ExifFacts


@pytest.mark.parametrize(
    ("north_m", "accuracy_m", "outcome"),
    [
        (0.0, None, "pass"),
        (505.0, None, "pass"),
        (520.0, None, "fail"),
        (520.0, 30.0, "pass"),
        (90_000.0, None, "fail"),
    ],
)
def test_only_a_place_beyond_all_uncertainty_is_elsewhere(
    north_m: float, accuracy_m: float | None, outcome: str
) -> None:
    exif = ExifFacts(place=moved(SQUARE, north_m=north_m), place_accuracy_m=accuracy_m)
    result = exif_place(evidence(artifacts=(photo(exif=exif),)), requirements())
    assert (result.outcome, result.severity) == (outcome, "strong")


@pytest.mark.parametrize(
    "given",
    [evidence(), evidence(artifacts=(photo(exif=ExifFacts(place=SQUARE)),), session=session(fixes=()))],
)
def test_nothing_to_compare_says_nothing(given: Evidence) -> None:
    assert exif_place(given, requirements()).outcome == "unknown"

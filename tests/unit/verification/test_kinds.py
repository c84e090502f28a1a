from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.unit.verification.builders import OTHER_SHA, evidence, photo, requirements, session
from verification import checks, kinds
from verification import evidence as stored
from verification.checks.result import CheckResult, Outcome, Severity
from verification.decide import decide
from verification.evidence import Artifact, Evidence
from verification.requirements import Proof, Requirements


@dataclass(frozen=True, slots=True)
class ReadingFacts:
    """A toy kind from outside: a thermometer's reading."""

    celsius: float
    device: str | None = None


def plausible_reading(given: Evidence, wanted: Requirements) -> CheckResult:
    lowest = min(each.facts.celsius for each in given.artifacts_of("reading"))
    return CheckResult(
        check="plausible_reading",
        outcome=Outcome.PASS if lowest > -90 else Outcome.FAIL,
        severity=Severity.DECISIVE,
        reason="colder_than_ever",
        scout="Colder than anywhere on Earth.",
        buyer="Colder than anywhere on Earth.",
        numbers={"celsius": lowest},
    )


@pytest.fixture
def reading_kind() -> Iterator[Any]:
    kinds.register(kinds.ArtifactKind("reading", ReadingFacts))
    checks.register("plausible_reading", checks.Registered(plausible_reading, kind="reading", required=True))
    yield
    checks.forget("plausible_reading")
    kinds.forget("reading")


def submitted(celsius: float) -> Evidence:
    reading = Artifact("reading", OTHER_SHA, 20, ReadingFacts(celsius=celsius))
    return evidence(artifacts=(reading,), session=session(signed_media=(OTHER_SHA,)))


ASKED = requirements(proof=(Proof("reading"),))


@pytest.mark.usefixtures("reading_kind")
def test_a_kind_from_outside_is_stored_checked_and_decided() -> None:
    given = submitted(21.0)
    assert stored.from_json(stored.to_json(given)) == given
    assert decide(given, ASKED).decision == "accept"
    verdict = decide(submitted(-300.0), ASKED)
    assert (verdict.decision, verdict.reasons) == ("reject", ("plausible_reading",))


@pytest.mark.usefixtures("reading_kind")
def test_checks_of_a_kind_run_only_where_it_was_handed_in() -> None:
    names = {result.check for result in checks.run(evidence(), requirements())}
    assert "near_reuse" in names
    assert "plausible_reading" not in names
    names = {result.check for result in checks.run(submitted(1.0), ASKED)}
    assert "plausible_reading" in names
    assert "near_reuse" not in names


@pytest.mark.usefixtures("reading_kind")
def test_a_photo_in_place_of_a_reading_is_not_enough() -> None:
    assert decide(evidence(artifacts=(photo(),)), ASKED).reasons == ("proof",)


@pytest.mark.usefixtures("reading_kind")
def test_no_kind_and_no_check_is_replaced_unseen() -> None:
    with pytest.raises(ValueError, match="already"):
        kinds.register(kinds.ArtifactKind("reading", ReadingFacts))
    with pytest.raises(ValueError, match="already"):
        checks.register("geofence", checks.Registered(plausible_reading))

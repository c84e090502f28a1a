from typing import Any

import pytest

from tests.unit.verification.builders import evidence, photo, requirements
from verification.checks.editor_traces import editor_traces
from verification.photos.facts import C2paFacts, C2paState, Maker, Trace, TraceSource

GENERATED = ("http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",)
CAMERA = ("http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture",)


def trace(maker: Maker) -> tuple[Trace, ...]:
    return (Trace(TraceSource.EXIF, maker, "name"),)


@pytest.mark.parametrize(
    ("facts", "outcome", "severity", "reason"),
    [
        ({}, "pass", "weak", "clean"),
        ({"traces": trace(Maker.EDITOR)}, "fail", "weak", "edited"),
        ({"traces": trace(Maker.SCREEN)}, "fail", "strong", "screenshot"),
        ({"traces": trace(Maker.GENERATOR)}, "fail", "strong", "generated"),
        ({"traces": trace(Maker.EDITOR) + trace(Maker.GENERATOR)}, "fail", "strong", "generated"),
        ({"c2pa": C2paFacts(C2paState.TRUSTED, source_types=CAMERA)}, "pass", "weak", "clean"),
        ({"c2pa": C2paFacts(C2paState.VALID)}, "pass", "weak", "clean"),
        ({"c2pa": C2paFacts(C2paState.INVALID)}, "fail", "strong", "broken_credentials"),
        # Anybody can make valid credentials with a key of their own: only trusted ones reject.
        ({"c2pa": C2paFacts(C2paState.VALID, source_types=GENERATED)}, "fail", "strong", "generated"),
        ({"c2pa": C2paFacts(C2paState.TRUSTED, source_types=GENERATED)}, "fail", "decisive", "generated_trusted"),
    ],
)
def test_what_the_file_says_of_its_making(facts: dict[str, Any], outcome: str, severity: str, reason: str) -> None:
    result = editor_traces(evidence(artifacts=(photo(**facts),)), requirements())
    assert (result.outcome, result.severity, result.reason) == (outcome, severity, reason)

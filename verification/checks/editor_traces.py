"""Does the file say that a program made or changed it? Only what stands there counts; a clean file proves nothing."""

from functools import partial

from verification.checks.result import CheckResult, Outcome, Severity
from verification.evidence import Evidence
from verification.photos.facts import C2paState, Maker, PhotoFacts
from verification.requirements import Requirements

_GENERATED = ("trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "algorithmicMedia")


def editor_traces(evidence: Evidence, requirements: Requirements) -> CheckResult:
    photos = [each.facts for each in evidence.artifacts if isinstance(each.facts, PhotoFacts)]
    makers = [trace.maker for facts in photos for trace in facts.traces]
    credentials = [facts.c2pa for facts in photos if facts.c2pa is not None]
    generated = [each for each in credentials if any(kind.endswith(_GENERATED) for kind in each.source_types)]
    answer = partial(
        CheckResult,
        check="editor_traces",
        numbers={
            "traces": len(makers),
            "named": ", ".join(sorted({trace.name for facts in photos for trace in facts.traces}))[:200],
            "credentials": ", ".join(sorted({each.state.value for each in credentials})),
        },
        threshold={"traces": 0},
    )
    if any(each.state is C2paState.TRUSTED for each in generated):
        return answer(
            outcome=Outcome.FAIL,
            severity=Severity.DECISIVE,
            reason="generated_trusted",
            scout="This picture's signed credentials say that a program generated it.",
            buyer="The picture's trusted credentials say that a program generated it.",
        )
    if generated or Maker.GENERATOR in makers:
        return answer(
            outcome=Outcome.FAIL,
            severity=Severity.STRONG,
            reason="generated",
            scout="This file says that a program generated it. A person will look at it.",
            buyer="The file says that a program generated it.",
        )
    if Maker.SCREEN in makers:
        return answer(
            outcome=Outcome.FAIL,
            severity=Severity.STRONG,
            reason="screenshot",
            scout="This is a picture of a screen. Capture the place itself.",
            buyer="The file says that it is a picture of a screen.",
            retake=True,
        )
    if any(each.state is C2paState.INVALID for each in credentials):
        return answer(
            outcome=Outcome.FAIL,
            severity=Severity.STRONG,
            reason="broken_credentials",
            scout="This picture was changed after its credentials were made. Hand in what the camera made.",
            buyer="The picture was changed after its credentials were made.",
            retake=True,
        )
    if Maker.EDITOR in makers:
        return answer(
            outcome=Outcome.FAIL,
            severity=Severity.WEAK,
            reason="edited",
            scout="This file went through an editor. Hand in what the camera made.",
            buyer="The file went through an editor.",
            retake=True,
        )
    sentence = "Nothing in the files says that a program made or changed them."
    return answer(outcome=Outcome.PASS, severity=Severity.WEAK, reason="clean", scout=sentence, buyer=sentence)

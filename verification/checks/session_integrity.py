"""Is this capture bound to a session that we opened for this claim, once, with clocks that agree?"""

from functools import partial

from verification.checks.result import CheckResult, Outcome, Severity
from verification.evidence import CaptureSession, Evidence, NonceState, SignatureResult
from verification.reading import clock_offset
from verification.requirements import Requirements

_NONCE_REASONS = {
    NonceState.REUSED: "This capture session was used before.",
    NonceState.FOREIGN: "This capture session belongs to another claim.",
    NonceState.UNKNOWN: "This capture session was not opened by this exchange.",
}


def session_integrity(  # noqa: PLR0911 - one answer for each way it can be wrong
    evidence: Evidence, requirements: Requirements
) -> CheckResult:
    session = evidence.session
    limits = requirements.policy.thresholds
    offset = clock_offset(session)
    skew = None if offset is None else abs(offset.total_seconds())
    length = _length_seconds(session)

    answer = partial(
        CheckResult,
        "session_integrity",
        numbers={
            "nonce": session.nonce.value,
            "signature": session.signature.value,
            "offline": session.offline,
            "from_file": session.from_file,
            "clock_skew_seconds": skew,
            "session_seconds": length,
        },
        threshold={
            "clock_skew_seconds": limits.clock_skew_seconds,
            "session_seconds": limits.session_seconds,
            "signature_required": requirements.policy.signature,
        },
    )
    if session.nonce in _NONCE_REASONS:
        sentence = _NONCE_REASONS[session.nonce]
        return answer(Outcome.FAIL, Severity.DECISIVE, f"nonce_{session.nonce.value}", sentence, sentence)
    if session.signature in (SignatureResult.INVALID, SignatureResult.WRONG_KEY):
        return answer(
            Outcome.FAIL,
            Severity.DECISIVE,
            f"signature_{session.signature.value}",
            "What was handed in is not what your device signed. Capture again in one session.",
            "The device's signature does not fit what was handed in.",
        )
    if session.signature is SignatureResult.VALID and _media_differ(evidence):
        return answer(
            Outcome.FAIL,
            Severity.DECISIVE,
            "media_not_signed",
            "A file was handed in that your device did not sign. Capture again in one session.",
            "A file was handed in that the capturing device did not sign.",
        )
    if session.submitted_after_close or session.nonce is NonceState.EXPIRED:
        return answer(
            Outcome.FAIL,
            Severity.STRONG,
            "after_close",
            "The capture session was over when this came in. A person will look at it.",
            "This was handed in after its capture session was over.",
        )
    if skew is not None and skew > limits.clock_skew_seconds:
        return answer(
            Outcome.FAIL,
            Severity.STRONG,
            "clock_skew",
            f"Your device's clock is {skew:.0f} seconds away from the true time. Set it to automatic.",
            "The device's clock was far from the true time during the capture.",
        )
    if length is not None and not 0 <= length <= limits.session_seconds:
        return answer(
            Outcome.FAIL,
            Severity.STRONG,
            "session_length",
            "The session stayed open for too long. Open it on site and hand in soon after.",
            "Between opening the session and handing in lay more time than a capture takes.",
        )
    missing = _missing(session, signature_required=requirements.policy.signature)
    if missing is not None:
        return answer(Outcome.UNKNOWN, Severity.STRONG, *missing)
    return answer(
        Outcome.PASS,
        Severity.DECISIVE,
        "bound",
        "The capture belongs to your session.",
        "The capture is bound to a session that was opened on site and used once.",
    )


def _missing(session: CaptureSession, *, signature_required: bool) -> tuple[str, str, str] | None:
    """What a consistent session still leaves open: its name, the scout's sentence and the buyer's."""
    if session.offline or session.opened_at is None:
        return (
            "offline",
            "There was no contact during the capture, so a person will look at it.",
            "The device had no contact during the capture: when it was made cannot be told from our own clock.",
        )
    if session.from_file:
        return (
            "from_file",
            "Your picture was chosen from files, so a person will look at it.",
            "The picture was chosen from the device's files: when and where it was taken rests on the session alone.",
        )
    if session.signature is SignatureResult.ABSENT and signature_required:
        return (
            "unsigned",
            "Your browser did not sign this capture, so a person will look at it.",
            "The capture carries no device signature, which a bounty of this value asks for.",
        )
    return None


def _media_differ(evidence: Evidence) -> bool:
    return sorted(evidence.session.signed_media) != sorted(artifact.sha256 for artifact in evidence.artifacts)


def _length_seconds(session: CaptureSession) -> float | None:
    if session.opened_at is None or session.received_at is None:
        return None
    return (session.received_at - session.opened_at).total_seconds()

from datetime import timedelta
from typing import Any

import pytest

from tests.unit.verification.builders import NOON, OTHER_SHA, evidence, requirements, session
from verification.checks.session_integrity import session_integrity
from verification.evidence import ClockReading, NonceState, SignatureResult


def clock_ahead(seconds: int) -> tuple[ClockReading, ...]:
    return (ClockReading(server_at=NOON, device_at=NOON + timedelta(seconds=seconds)),)


@pytest.mark.parametrize(
    ("changes", "outcome", "severity", "reason"),
    [
        ({}, "pass", "decisive", "bound"),
        ({"nonce": NonceState.REUSED}, "fail", "decisive", "nonce_reused"),
        ({"nonce": NonceState.FOREIGN}, "fail", "decisive", "nonce_foreign"),
        ({"nonce": NonceState.UNKNOWN}, "fail", "decisive", "nonce_unknown"),
        ({"nonce": NonceState.EXPIRED}, "fail", "strong", "after_close"),
        ({"submitted_after_close": True}, "fail", "strong", "after_close"),
        ({"signature": SignatureResult.INVALID}, "fail", "decisive", "signature_invalid"),
        ({"signature": SignatureResult.WRONG_KEY}, "fail", "decisive", "signature_wrong_key"),
        ({"signed_media": (OTHER_SHA,)}, "fail", "decisive", "media_not_signed"),
        ({"signed_media": ()}, "fail", "decisive", "media_not_signed"),
        ({"clock": clock_ahead(299)}, "pass", "decisive", "bound"),
        ({"clock": clock_ahead(301)}, "fail", "strong", "clock_skew"),
        ({"clock": clock_ahead(-301)}, "fail", "strong", "clock_skew"),
        ({"received_at": NOON + timedelta(hours=5)}, "fail", "strong", "session_length"),
        ({"received_at": NOON - timedelta(hours=5)}, "fail", "strong", "session_length"),
        ({"offline": True}, "unknown", "strong", "offline"),
        ({"from_file": True}, "unknown", "strong", "from_file"),
        ({"opened_at": None, "clock": ()}, "unknown", "strong", "offline"),
    ],
)
def test_each_way_a_session_can_be_wrong_has_its_own_reason(
    changes: dict[str, Any], outcome: str, severity: str, reason: str
) -> None:
    result = session_integrity(evidence(session=session(**changes)), requirements())
    assert (result.outcome, result.severity, result.reason) == (outcome, severity, reason)


@pytest.mark.parametrize(("reward_micros", "outcome"), [(4_999_999, "pass"), (5_000_000, "unknown")])
def test_a_signature_is_missed_only_where_the_reward_asks_for_one(reward_micros: int, outcome: str) -> None:
    unsigned = evidence(session=session(signature=SignatureResult.ABSENT, signed_media=()))
    assert session_integrity(unsigned, requirements(reward_micros=reward_micros)).outcome == outcome

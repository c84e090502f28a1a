"""What no log line may hold, however it got there."""

from typing import Any

import pytest

from market.redaction import redact, redacted

SECRETS = [
    "sl_test_0aB9cD8eF7gH6",
    "sl_live_0aB9cD8eF7gH6_x-y",
    "sk_live_51HxYz",
    "rk_test_51HxYz",
    "whsec_abcdef",
    "someone@example.com",
    "first.last+tag@mail.example.co.uk",
]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize(
    "text", ["{}", "before {} after", "key={}", "('{}',)", '{{"a": "{}"}}', "https://x.example/{}?y=1", "<{}>", "{},{}"]
)
def test_a_secret_is_taken_out_of_any_text(secret: str, text: str) -> None:
    clean = redacted(text.format(*[secret] * text.count("{}")))
    assert secret not in clean
    assert secret[-5:] not in clean


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Authorization: Bearer abc.def-123", "Authorization: [redacted] [redacted]"),
        ("got Bearer abcdef123 from", "got Bearer [redacted] from"),
        ("postgresql://user:pa55@host/db is away", "postgresql://[redacted]@host/db is away"),
        ("redis://:pa55@host:6379/0", "redis://[redacted]@host:6379/0"),
        ("host=h password=pa55 dbname=d", "host=h password=[redacted] dbname=d"),
        ("{'password': 'pa55 with spaces', 'x': 1}", "{'password': [redacted], 'x': 1}"),
        ("GET /x?token=abc&y=2", "GET /x?token=[redacted]&y=2"),
        ("DETAIL: Key (email)=(a@b.example) already exists.", "DETAIL: Key (email)=([e-mail]) already exists."),
    ],
)
def test_credentials_go_and_the_rest_stays(text: str, clean: str) -> None:
    assert redacted(text) == clean


@pytest.mark.parametrize(
    "text",
    [
        "claimed 0192b3c4-0000-7000-8000-000000000000 for 2.50",
        "GET /v1/bounties 200 in 12.5 ms",
        "exit code: 1",
        "https://sightline.example/v1/bounties?near=1.5,2.5",
        "12 @ 3 o'clock",
        'Traceback (most recent call last):\n  File "x.py", line 1, in <module>\nValueError: no',
    ],
)
def test_what_is_no_secret_is_left_alone(text: str) -> None:
    assert redacted(text) == text


@pytest.mark.parametrize(
    "piece", ["a", "a.", "a@", "a://", "secret", "secret=", 'secret="', "Bearer ", "sl_test_", "%40", " ", "-"]
)
def test_a_long_line_is_read_once(piece: str) -> None:
    """Whoever asks for a path of 60,000 letters has it logged: a pattern that starts anew at each takes minutes."""
    line = piece * (300_000 // len(piece))
    assert redacted(redacted(line)) == redacted(line)


def test_a_value_under_a_secret_name_goes_whatever_it_is() -> None:
    event: dict[str, Any] = {
        "event": "calling",
        "headers": {"Authorization": "anything", "X-Api-Key": ["a", "b"], "Accept": "text/html"},
        "csrf_token": 17,
        "session_cookie": "z",
        "numbers": [1, 2.5, None, True],
        "people": ({"contact": "a@b.example"},),
    }
    assert redact(None, "info", event) == {
        "event": "calling",
        "headers": {"Authorization": "[redacted]", "X-Api-Key": "[redacted]", "Accept": "text/html"},
        "csrf_token": "[redacted]",
        "session_cookie": "[redacted]",
        "numbers": [1, 2.5, None, True],
        "people": [{"contact": "[e-mail]"}],
    }


def test_what_holds_itself_does_not_hang_the_log() -> None:
    loop: dict[str, Any] = {"mail": "a@b.example"}
    loop["self"] = loop
    assert "a@b.example" not in str(redact(None, "info", {"event": "x", "loop": loop}))

"""Secrets that got into a log line are taken out of it, whichever field they are in."""

from uuid import UUID

import pytest

from market.accounts import key_text
from market.logs import scrub

KEY = key_text.write(mode="test", key_id=UUID(int=2**120 + 5), secret="s" * 52)


@pytest.mark.parametrize("line", [KEY, f"Bearer {KEY}", f"no key at /v1/x?key={KEY}&a=b", f"a stack\n  with '{KEY}'\n"])
def test_a_keys_secret_does_not_stay(line: str) -> None:
    scrubbed = scrub(None, "info", {"event": "request", "path": line})["path"]
    assert "sss" not in scrubbed
    assert KEY.rpartition("_")[0] in scrubbed  # which key it was, stays


def test_a_claim_token_does_not_stay() -> None:
    path = "/owner/claim/slc_" + "0f" * 32
    assert scrub(None, "info", {"event": path, "status": 404}) == {"event": "/owner/claim/slc_…", "status": 404}


def test_other_words_stay_as_they_are() -> None:
    event = {"event": "request", "path": "/static/css/sl_test.css", "ms": 1.5}
    assert scrub(None, "info", dict(event)) == event

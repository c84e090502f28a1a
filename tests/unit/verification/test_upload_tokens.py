from uuid import uuid4

import pytest

from verification.capture import tokens


def test_a_token_opens_its_own_grant_with_its_own_secret_only() -> None:
    grant_id = uuid4()
    token = tokens.make(grant_id, secret="one")
    assert tokens.read(token, secret="one") == grant_id
    assert tokens.read(token, secret="another") is None
    assert tokens.read(token.replace(grant_id.hex, uuid4().hex), secret="one") is None


@pytest.mark.parametrize("text", ["", "slup_", "slup_" + "z" * 32 + "_" + "A" * 43, "x" * 10_000])
def test_what_is_no_token_opens_nothing(text: str) -> None:
    assert tokens.read(text, secret="one") is None

import base64
from collections.abc import Callable, Iterator

import pytest
from pydantic import SecretStr

from tests.phone import sha256
from verification import sealing
from verification.sealing import MARK, Sealed, opened, sealed

DATA = b"\xff\xd8 a picture"
SHA = sha256(DATA)
OLD, NEW = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))


class Keys:
    def __init__(self, text: str) -> None:
        self.media_keys = SecretStr(text)


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    def use(text: str) -> None:
        monkeypatch.setattr(sealing, "config", Keys(text))
        sealing._keys.cache_clear()

    yield use
    monkeypatch.undo()
    sealing._keys.cache_clear()


def test_without_a_key_bytes_are_kept_as_they_are(keys: Callable[[str], None]) -> None:
    keys("")
    assert sealed(DATA, name="a") == DATA
    assert opened(DATA, name="a", sha256=SHA) == DATA
    # Bytes that happen to look sealed are still what their hash says.
    odd = MARK + DATA
    assert opened(odd, name="a", sha256=sha256(odd)) == odd


def test_with_a_key_nothing_of_them_stands_there_and_no_two_are_alike(keys: Callable[[str], None]) -> None:
    keys(OLD)
    first, second = sealed(DATA, name="a"), sealed(DATA, name="a")
    assert DATA not in first
    assert first != second
    assert opened(first, name="a", sha256=SHA) == opened(second, name="a", sha256=SHA) == DATA


def test_a_new_key_seals_and_the_old_one_still_opens(keys: Callable[[str], None]) -> None:
    keys("")
    plain = sealed(DATA, name="a")
    keys(OLD)
    under_old = sealed(DATA, name="a")
    keys(f"{NEW}, {OLD}")
    under_new = sealed(DATA, name="a")
    for kept in (plain, under_old, under_new):
        assert opened(kept, name="a", sha256=SHA) == DATA
    keys(NEW)
    assert opened(under_new, name="a", sha256=SHA) == DATA
    with pytest.raises(Sealed, match="not configured"):
        opened(under_old, name="a", sha256=SHA)


def test_a_file_cannot_be_changed_or_put_in_anothers_place(keys: Callable[[str], None]) -> None:
    keys(OLD)
    kept = sealed(DATA, name="a")
    with pytest.raises(Sealed, match="changed"):
        opened(kept[:-1] + bytes([kept[-1] ^ 1]), name="a", sha256=SHA)
    with pytest.raises(Sealed, match="changed"):
        opened(kept, name="b", sha256=SHA)

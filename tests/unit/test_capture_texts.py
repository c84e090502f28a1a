"""The capture's scripts and their texts hold together: nothing asked for is missing, nothing is there in vain."""

import re

from market.config import ROOT
from web.capture.texts import TEXTS

_SCRIPTS = "\n".join(path.read_text() for path in (ROOT / "web" / "static" / "js" / "capture").glob("*.js"))
# Names that a script puts together: the whole family counts as asked for.
_FAMILIES = ("why.", "look.", "state.", "refused.", "camera.", "location.", "blocked.")


def test_every_text_that_a_script_asks_for_is_there() -> None:
    asked = set(re.findall(r'say\(\s*"([a-z_.]+)"', _SCRIPTS))
    assert asked
    assert asked <= set(TEXTS)


def test_every_text_is_asked_for_by_a_script() -> None:
    words = set(re.findall(r'"([a-z_]+\.[a-z_]+)"', _SCRIPTS))
    assert {name for name in TEXTS if name not in words and not name.startswith(_FAMILIES)} == set()


def test_every_family_that_is_put_together_is_put_together_somewhere() -> None:
    assert [family for family in _FAMILIES if f"`{family}" not in _SCRIPTS] == []

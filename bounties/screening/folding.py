"""Words as a reader sees them, however they are written. Pure.

Who wants to be understood by a scout and not by a rule writes `F0ll0w`, `F o l l o w`, or an o of
the Cyrillic alphabet.
"""

import re
import unicodedata

# Letters of other scripts that look like ours: Cyrillic, then Greek.
_ALIKE = str.maketrans(
    "аеорсухіјѕԁһӏкмтвн" + "αεορυικντ",
    "aeopcyxijsdhlkmtbh" + "aeopuikvt",
)
_FIGURES = str.maketrans("0134578@$", "oleastbas")
_MIXED = re.compile(r"(?=[a-z0-9@$]*[a-z])(?=[a-z0-9@$]*[0-9@$])[a-z0-9@$]{3,}")
_SPELT = re.compile(r"\b\w(?:[ .*_-]\w){2,}\b")
_JOINTS = re.compile(r"(?<=\w)[.*_~|/\\-]+(?=\w)")


def forms(text: str) -> tuple[str, ...]:
    """The text in small letters, and what it says when it is read without its disguise, where that differs."""
    plain = unicodedata.normalize("NFKC", text).lower()
    read = plain.translate(_ALIKE)
    read = _SPELT.sub(lambda found: re.sub(r"\W|_", "", found[0]), read)
    read = _MIXED.sub(lambda found: found[0].translate(_FIGURES), read)
    return tuple(dict.fromkeys((plain, _JOINTS.sub(" ", read))))

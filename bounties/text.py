"""Plain text from strangers: what is kept, what is taken out, what is refused. Pure.

Taken out: spaces at the ends, marks that show nothing (zero width, direction marks, soft hyphen). Refused: what can
hide words from a reader or turn them around (control characters, overrides, tag characters, lone surrogates).
The joiners stay: Persian words and many emoji are written with them. What comes out is NFC.
"""

import re
import unicodedata

from market.errors import DomainError

_INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b\u200e\u200f\u2060-\u2064\ufeff]")
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # control, but for tab, line feed and carriage return
    "\u202a-\u202e\u2066-\u206f"  # embeddings, overrides, isolates: they reorder what others read
    "\ud800-\udfff"  # half a character
    "\ufff9-\ufffb\ufdd0-\ufdef\ufffe\uffff"
    "\U000e0000-\U000e0fff"  # tags and the second block of selectors: words that nobody sees
    "]"
)
_NEWLINES = re.compile("\r\n|[\r\x85\u2028\u2029]")
_SPACES = re.compile(r"[^\S\n]+")
_MOST_BLANK_LINES = re.compile(r"\n{3,}")
_LONGEST_PILE = 8  # marks on one letter; the most that a living script needs is about five


class InvalidText(DomainError):
    """A text has characters that cannot be shown, or is none."""

    code = "invalid_text"
    fix = "Send plain text: letters, digits, punctuation and emoji, without control or direction-override characters."


class TextTooLong(DomainError):
    """A text is longer than its field takes."""

    code = "text_too_long"
    fix = "Send a shorter text."


class TextTooShort(DomainError):
    """A text is empty or says too little."""

    code = "text_too_short"
    fix = "Say it in words: this may not be empty."


def plain(value: object, *, param: str, most: int, least: int = 1, lines: bool = False) -> str:
    """The text as it is stored and shown. One line, unless `lines` allows more."""
    if not isinstance(value, str):
        raise InvalidText("This must be text.", param=param)
    if len(value) > 4 * most + 100:  # before anything is computed from ten megabytes
        raise TextTooLong(f"This text is longer than {most} characters.", param=param)
    text = _NEWLINES.sub("\n", value) if lines else _NEWLINES.sub(" ", value).replace("\n", " ")
    if found := _FORBIDDEN.search(text):
        raise InvalidText(f"This text holds a character that is not allowed, U+{ord(found[0]):04X}.", param=param)
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    text = _MOST_BLANK_LINES.sub("\n\n", _SPACES.sub(" ", text)).strip()
    if _has_pile(text):
        raise InvalidText("This text piles too many marks on one letter.", param=param)
    if len(text) > most:
        raise TextTooLong(f"This text is longer than {most} characters.", param=param)
    if len(text) < least:
        raise TextTooShort("This text is empty." if least == 1 else f"This text is shorter than {least}.", param=param)
    return text


def _has_pile(text: str) -> bool:
    if text.isascii():  # which has no marks
        return False
    height = 0
    for letter in text:
        height = height + 1 if unicodedata.combining(letter) else 0
        if height > _LONGEST_PILE:
            return True
    return False

"""What strangers may write, and what becomes of it."""

import pytest

from bounties.text import InvalidText, TextTooLong, TextTooShort, plain

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("  Is it open?  ", "Is it open?"),
        ("two\r\nlines", "two lines"),
        ("tab\tand\u00a0space", "tab and space"),
        ("e\u0301tage", "\u00e9tage"),  # NFC
        ("soft\u00adhyphen, zero\u200bwidth, \ufeffbom", "softhyphen, zerowidth, bom"),
        ("\u200fשלום\u200e", "שלום"),  # right-to-left letters stay, the marks around them do not
        (FAMILY, FAMILY),  # the joiners of an emoji stay
        ("می\u200cخواهم", "می\u200cخواهم"),  # and those of Persian
        ("🥐?", "🥐?"),
    ],
)
def test_text_is_kept_as_it_reads(sent: str, kept: str) -> None:
    assert plain(sent, param="/title", most=100) == kept


def test_lines_stay_where_they_may_stand() -> None:
    assert plain("one\r\n\n\n\n\ntwo", param="/note", most=100, lines=True) == "one\n\ntwo"


@pytest.mark.parametrize(
    "sent",
    [
        "nul\x00",
        "escape\x1b[31m",
        "c1\x9b",
        "override \u202egnp.exe",
        "isolate \u2066",
        "half \ud83d",
        "tags \U000e0041",
        "selector \U000e0100",
        "noncharacter \uffff",
        "x" + "\u0301" * 9,
        12,
        None,
        ["a"],
    ],
)
def test_what_hides_or_turns_words_is_refused_by_name(sent: object) -> None:
    with pytest.raises(InvalidText) as refused:
        plain(sent, param="/title", most=100)
    assert refused.value.param == "/title"


def test_ten_megabytes_are_refused_before_anything_is_computed_from_them() -> None:
    with pytest.raises(TextTooLong):
        plain("\x00" * 10_000_000, param="/title", most=100)


def test_length_counts_what_is_kept() -> None:
    assert len(plain("e\u0301" * 100, param="/title", most=100)) == 100
    with pytest.raises(TextTooLong):
        plain("e" * 101, param="/title", most=100)


@pytest.mark.parametrize("sent", ["", "   ", "\u200b\u200e\ufeff", "\n\n"])
def test_nothing_but_spaces_and_marks_is_empty(sent: str) -> None:
    with pytest.raises(TextTooShort):
        plain(sent, param="/title", most=100)

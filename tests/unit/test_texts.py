"""Every text of every page has its Spanish, and the catalogue holds nothing that is gone."""

import gettext
import re
from pathlib import Path

import polib
import pytest

from market import texts
from market.config import ROOT
from market.texts import Text

CATALOGUE = ROOT / "locale" / "es" / "LC_MESSAGES" / "django.po"


def _tree(root: Path, **files: str) -> Path:
    for name, content in files.items():
        path = root / ("web/x.py" if name == "code" else "templates/x.html")
        path.parent.mkdir(parents=True)
        path.write_text(content)
    return root


def test_spanish_is_complete_and_holds_nothing_else() -> None:
    catalogue = polib.pofile(str(CATALOGUE))
    assert {texts.key_of(entry) for entry in catalogue} == set(texts.collect(ROOT)), "run manage.py collect_texts"
    assert [entry.msgid for entry in catalogue.untranslated_entries()] == []
    assert [entry.msgid for entry in catalogue.fuzzy_entries()] == []


@pytest.mark.parametrize("entry", polib.pofile(str(CATALOGUE)), ids=lambda entry: entry.msgid[:30])
def test_a_translation_keeps_the_places_for_values(entry: polib.POEntry) -> None:
    places = re.findall(r"%\(\w+\)s|\{\w+\}", entry.msgid)
    for text in entry.msgstr_plural.values() or [entry.msgstr]:
        assert [place for place in places if place not in text] == []


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ('{% load i18n %}{% translate "It\'s" %}', Text("It's")),
        ("{% load i18n %}{% translate 'A \"b\" (c' %}", Text('A "b" (c')),
        ("{% load i18n %}{% blocktranslate with n=x %}A {{ n }}{% endblocktranslate %}", Text("A %(n)s")),
        (
            "{% load i18n %}{% blocktranslate count n=x %}one{% plural %}{{ n }} of them{% endblocktranslate %}",
            Text("one", plural="%(n)s of them"),
        ),
        ('{% load i18n %}{% translate "May" context "month" %}', Text("May", context="month")),
    ],
)
def test_texts_are_found_in_templates(tmp_path: Path, template: str, found: Text) -> None:
    assert texts.collect(_tree(tmp_path, template=template)) == {found: ["templates/x.html"]}


def test_texts_are_found_in_code(tmp_path: Path) -> None:
    code = (
        'from x import *\na = _("one")\nb = gettext_lazy("two" " and a half")\nc = ngettext("n", "ns", 2)\nd = f("no")'
    )
    found = {Text("one"), Text("two and a half"), Text("n", plural="ns")}
    assert set(texts.collect(_tree(tmp_path, code=code))) == found


def test_an_update_keeps_what_is_translated_and_drops_what_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "django.po"
    path.write_text(
        'msgid ""\nmsgstr "Language: es\\n"\n\nmsgid "stays"\nmsgstr "queda"\n\nmsgid "gone"\nmsgstr "ya no"\n'
    )
    assert texts.update(path, {Text("stays"): ["a"], Text("new"): ["b"]}) == 1
    assert [(entry.msgid, entry.msgstr) for entry in polib.pofile(str(path))] == [("new", ""), ("stays", "queda")]


def test_what_is_compiled_is_what_python_reads(tmp_path: Path) -> None:
    texts.compile_all(ROOT / "locale", to=tmp_path)
    spanish = gettext.translation("django", tmp_path, ["es"])
    assert spanish.gettext("Sign in") == "Entrar"

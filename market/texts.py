"""Texts in other languages: collected from templates and code, kept as .po, compiled to .mo. All without gettext.

The system's gettext programs are not on every machine, so nothing here asks for them.
"""

import ast
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polib
from django.utils.translation.template import templatize

_FUNCTIONS = {"_": 1, "gettext": 1, "gettext_lazy": 1, "ngettext": 2, "ngettext_lazy": 2}
_WITH_CONTEXT = {"pgettext", "pgettext_lazy"}
_FOLDERS = ("web", "templates")
# What Django's templatize writes for each text of a template.
_CALL = re.compile(r"\bn?p?gettext\(|\b_\(")


@dataclass(frozen=True, order=True)
class Text:
    id: str
    plural: str = ""
    context: str = ""


def collect(root: Path) -> dict[Text, list[str]]:
    """Every translatable text below our folders, and the files it stands in."""
    found: dict[Text, list[str]] = {}
    for folder in _FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            where = path.relative_to(root).as_posix()
            for text in _texts_in(path):
                places = found.setdefault(text, [])
                if where not in places:
                    places.append(where)
    return found


def _texts_in(path: Path) -> Iterator[Text]:
    if path.suffix == ".py":
        yield from _calls_in(ast.parse(path.read_text()))
    elif path.suffix in (".html", ".txt") and path.is_file():
        source = templatize(path.read_text())
        for match in _CALL.finditer(source):
            yield from _calls_in(ast.parse(_balanced(source, match.start()), mode="eval"))


def _balanced(source: str, start: int) -> str:
    """The call that begins at `start`, up to its closing bracket: templatize puts nothing but strings into it."""
    tokens = io.StringIO(source[start:])
    depth, quote, escaped, letters = 0, "", False, []
    while letter := tokens.read(1):
        letters.append(letter)
        if escaped:
            escaped = False
        elif letter == "\\":
            escaped = True
        elif quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        else:
            depth += (letter == "(") - (letter == ")")
            if letter == ")" and depth == 0:
                break
    return re.sub(r"\bu(?=['\"])", "", "".join(letters))


def _calls_in(tree: ast.AST) -> Iterator[Text]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            words = [part.value for part in node.args if isinstance(part, ast.Constant) and isinstance(part.value, str)]
            name = node.func.id
            if name in _WITH_CONTEXT and len(words) == 2:
                yield Text(words[1], context=words[0])
            elif name in _FUNCTIONS and len(words) >= _FUNCTIONS[name]:
                yield Text(words[0], plural=words[1] if _FUNCTIONS[name] == 2 else "")


def update(path: Path, found: dict[Text, list[str]]) -> int:
    """Take in what is new and drop what is gone. Answers how many texts have no translation."""
    catalogue = polib.pofile(str(path), wrapwidth=100)
    known = {key_of(entry): entry for entry in catalogue}
    fresh = polib.POFile(wrapwidth=100)
    fresh.metadata = catalogue.metadata
    for text, places in sorted(found.items()):
        entry = known.get(text) or _new_entry(text)
        entry.occurrences = [(place, "") for place in places]
        fresh.append(entry)
    fresh.save(str(path))
    return len(fresh.untranslated_entries())


def key_of(entry: polib.POEntry) -> Text:
    return Text(entry.msgid, entry.msgid_plural or "", entry.msgctxt or "")


def _new_entry(text: Text) -> polib.POEntry:
    plural = {"msgid_plural": text.plural, "msgstr_plural": {0: "", 1: ""}} if text.plural else {}
    return polib.POEntry(msgid=text.id, msgctxt=text.context or None, **plural)


def compile_all(source: Path, *, to: Path) -> None:
    """Make a .mo of every .po."""
    for path in source.glob("*/LC_MESSAGES/*.po"):
        target = to / path.relative_to(source).with_suffix(".mo")
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_suffix(".unfinished")
        polib.pofile(str(path)).save_as_mofile(str(unfinished))
        unfinished.replace(target)

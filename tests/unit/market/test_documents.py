"""Documents written by the code: complete, and up to date."""

import ast
import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from market import documents
from market.config import HANDED_ON, ROOT, Config
from market.documents import states
from market.transitions import Lifecycle


def test_every_document_is_up_to_date() -> None:
    call_command("write_documents", "--check")


def test_a_stale_or_missing_document_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = documents.write_all(tmp_path)
    assert {".env.example", "docs/states.md"} <= set(written)
    assert list(documents.stale(tmp_path)) == []
    (tmp_path / ".env.example").write_text("something else")
    (tmp_path / "docs" / "states.md").unlink()
    assert list(documents.stale(tmp_path)) == [".env.example", "docs/states.md"]
    monkeypatch.setattr(documents, "stale", lambda: iter(["docs/states.md"]))
    with pytest.raises(CommandError, match=r"docs/states\.md"):
        call_command("write_documents", "--check")


def test_two_writers_of_one_document_are_refused() -> None:
    documents.texts()
    with pytest.raises(ValueError, match=r"\.env\.example is written by"):
        documents.document(".env.example")(lambda: "")


def test_every_setting_is_in_the_example_with_a_sentence() -> None:
    text = (ROOT / ".env.example").read_text()
    for name, field in Config.model_fields.items():
        assert field.description, name
        assert f"\n# {field.description}\n{name.upper()}=" in text


def test_the_example_can_be_used_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Config.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    used, default = Config(_env_file=ROOT / ".env.example"), Config(_env_file=None)
    assert used.home == default.home
    assert used.model_dump(exclude={"sightline_home"}) == default.model_dump(exclude={"sightline_home"})


def test_every_variable_that_is_read_is_a_setting_or_handed_on() -> None:
    read = {name: path for path, name in _variables_read()}
    assert {"DJANGO_SETTINGS_MODULE", "SIGHTLINE_WSGI", "PATH"} <= set(read)  # the search finds something
    declared = {name.upper() for name in Config.model_fields} | set(HANDED_ON)
    # What begins with TEST_ is between a test and the processes that it starts.
    undeclared = {name: path for name, path in read.items() if name not in declared and not name.startswith("TEST_")}
    assert undeclared == {}


def _variables_read() -> Iterator[tuple[str, str]]:
    for file in _files("*.py"):
        if file.is_relative_to(ROOT / "tests" / "unit"):
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            name = _variable(node)
            if name:
                yield str(file.relative_to(ROOT)), name
    for file in _files("Caddyfile*"):
        for name in re.findall(r"\{\$([A-Z_]+)", file.read_text()):
            yield str(file.relative_to(ROOT)), name


def _variable(node: ast.AST) -> str | None:
    """The NAME of os.environ["NAME"], os.environ.get("NAME"), os.getenv("NAME"), environ.setdefault("NAME", …)."""
    if isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith("environ"):
        key: ast.expr = node.slice
    elif isinstance(node, ast.Call) and re.search(r"(environ\.\w+|getenv)$", ast.unparse(node.func)) and node.args:
        key = node.args[0]
    elif isinstance(node, ast.Compare) and ast.unparse(node.comparators[0]).endswith("environ"):
        key = node.left
    else:
        return None
    return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else None


def _files(pattern: str) -> Iterator[Path]:
    yield from ROOT.glob(pattern)
    for folder in ("bin", "docker", "tests", *states.ROOMS):
        yield from (ROOT / folder).rglob(pattern)


class Light(StrEnum):
    RED = "red"
    GREEN = "green"


def test_a_lifecycle_is_found_and_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lamps").mkdir()
    (tmp_path / "lamps" / "__init__.py").touch()
    (tmp_path / "lamps" / "states.py").write_text(
        "from tests.unit.market.test_documents import Light\n"
        "from market.transitions import Lifecycle\n"
        "LAMP = Lifecycle('street_lamp', Light.RED, {Light.RED: {Light.GREEN: 'go'}})\n"
        "LIFECYCLES = (LAMP, Lifecycle('other', Light.GREEN, {}))\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(states, "ROOT", tmp_path)
    monkeypatch.setattr(states, "ROOMS", ("lamps",))
    found = list(states.lifecycles())
    assert [(module, lifecycle.name) for module, lifecycle in found] == [
        ("lamps.states", "street_lamp"),
        ("lamps.states", "other"),
    ]
    text = states.states()
    assert "## Street lamp\n\n`lamps.states`\n\n```mermaid\nstateDiagram-v2\n    [*] --> red\n" in text
    assert "    red --> green: go\n" in text


def test_every_lifecycle_of_the_rooms_is_in_the_document() -> None:
    text = (ROOT / "docs" / "states.md").read_text()
    for module, lifecycle in states.lifecycles():
        assert isinstance(lifecycle, Lifecycle)
        assert f"`{module}`" in text

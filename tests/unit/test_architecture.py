"""What ARCHITECTURE.md says of the tests, asked of the tests."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_each_of_the_ten_statements_names_tests_that_there_are() -> None:
    rows = re.findall(r"^\| (\d+) \| .+ \| (.+) \|$", (ROOT / "ARCHITECTURE.md").read_text(), re.MULTILINE)
    assert [number for number, _ in rows] == [str(number) for number in range(1, 11)]
    named = {path for _, paths in rows for path in re.findall("`(.+?)`", paths)}
    assert sorted(path for path in named if not (ROOT / "tests" / "integration" / path).is_file()) == []

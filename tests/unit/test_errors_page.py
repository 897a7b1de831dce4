"""docs/errors.md names every kind of error, by lines that the code can print."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tasks.console import errors
from tests.unit.test_house import FILES, name, nodes

PAGE = (Path(__file__).parent.parent.parent / "docs" / "errors.md").read_text()
ROWS = re.findall(r"^\| (\d) \| `(.+?)` \| (.+) \| (.+) \|$", PAGE, re.MULTILINE)
CLASSES = {
    one.name: file
    for file in FILES
    for one in nodes(file)
    if isinstance(one, ast.ClassDef)
    and {ast.unparse(base) for base in one.bases} & {"Refused", "Failed", "Held", "Stopped"}
}
ENDS = {"Refused": errors.REFUSED, "Failed": errors.FAILED, "Held": errors.HELD}
LEAST = 12  # literal characters that make a message one of its own


def messages(file: Path) -> Iterator[str]:
    """The messages that a file raises, as patterns; those that are made elsewhere are left out."""
    for node in nodes(file):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CLASSES and node.args:
            yield from _pattern(node.args[0])


def _pattern(text: ast.expr) -> Iterator[str]:
    parts = text.values if isinstance(text, ast.JoinedStr) else [text]
    literal = [str(part.value) for part in parts if isinstance(part, ast.Constant)]
    if sum(map(len, literal)) >= LEAST:
        yield "".join(re.escape(str(p.value)) if isinstance(p, ast.Constant) else ".*" for p in parts)


def texts(file: Path) -> Iterator[str]:
    """All texts of a file that are long enough to be told apart, as patterns."""
    for node in nodes(file):
        if isinstance(node, (ast.JoinedStr, ast.Constant)):
            yield from _pattern(node)


SAID = {pattern for file in FILES for pattern in texts(file)} | {"^Interrupted", "No idea what .* is"}
RAISING = {name(file): found for file in FILES if (found := list(messages(file)))}


def test_every_class_of_errors_is_on_the_page():
    assert [one for one in CLASSES if f"`{one}`" not in PAGE] == []


@pytest.mark.parametrize("file", RAISING)
def test_every_place_that_refuses_has_an_example(file):
    assert any(re.search(pattern, line) for pattern in RAISING[file] for _, line, _, _ in ROWS)


@pytest.mark.parametrize("line", [row[1] for row in ROWS])
def test_an_example_is_what_the_code_can_print(line):
    assert any(re.search(pattern, line) for pattern in SAID)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[1][:40])
def test_a_row_says_the_exit_code_the_cause_and_the_cure(row):
    code, _, cause, cure = row
    assert int(code) in ENDS.values() and cause and cure


def test_the_page_is_read_whole():
    assert len(ROWS) == sum(line.startswith(("| 1 |", "| 2 |", "| 3 |")) for line in PAGE.splitlines())

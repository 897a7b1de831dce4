"""Prose and tables that fit a terminal: broken between words, and nowhere else, so that a word can be copied whole."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence

from .commands import JOINT

GAP = "  "  # between two columns
MOST = 24  # characters that what is wrapped is indented at most
BRIEF = 8  # characters of first cells that say too little to stand on a line of their own
QUOTED = re.compile("'[^']*'|\"[^\"]*\"|\\$\\{[^}]*\\}")
LEAD = re.compile(r"\s*(?:(?:[-!*✓]|ok|\d+\.|\[[^ ]{1,7}\]) +|\S+(?: \S+)?  +)?")  # a mark, or the name of a line


def wrapped(text: str, width: int | None) -> str:
    """Return lines no longer than `width` where words allow it; what goes on stands below where its line began."""
    return "\n".join(part for line in text.split("\n") for part in _wrapped(line, width))


def command(text: str, width: int | None, lead: str) -> str:
    """Return a command behind `lead`; what does not fit stands below, behind a backslash as a shell has it."""
    quoted = QUOTED.sub(lambda found: found[0].replace(" ", JOINT), text)
    return " \\\n".join(_wrapped(f"{lead}{quoted}", width and width - 2, len(lead) + 2))


def _wrapped(line: str, width: int | None, indent: int | None = None) -> list[str]:
    if width is None or len(line) <= width:
        return [line]
    lead = LEAD.match(line)
    deep = min(len(lead[0]) if lead else 0, MOST) if indent is None else indent
    start = line[: len(line) - len(line.lstrip())]
    return textwrap.wrap(
        line.lstrip(),
        width,
        initial_indent=start,
        subsequent_indent=" " * deep,
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
        replace_whitespace=False,
        expand_tabs=False,
    ) or [line]


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], width: int | None) -> list[str]:
    """Return the lines of a table, its headings first; None as `width`: as wide as it is.

    Where its words do not fit beside each other, every row is a paragraph.
    """
    grid = [[cell.strip() for cell in row] for row in rows]
    columns = list(zip(headings, *grid, strict=True))
    least = [max(len(word) for cell in column for word in ["", *cell.split(" ")]) for column in columns]
    widths = [max(len(line) for cell in column for line in ["", *cell.splitlines()]) for column in columns]
    if width is not None:
        room = width - len(GAP) * (len(widths) - 1)
        if sum(least) > room:
            return _paragraphs(headings, grid, 2 if widths[0] <= BRIEF and len(widths) > 2 else 1, width)
        widths = _narrowed(widths, least, room)
    return [line for row in (headings, *grid) for line in _row(row, widths)]


def _narrowed(widths: Sequence[int], least: Sequence[int], room: int) -> list[int]:
    """Return `widths` that fit into `room`: the widest column gives way first, none below its longest word."""
    found = list(widths)
    while sum(found) > room:
        found[max(range(len(found)), key=lambda n: found[n] if found[n] > least[n] else -1)] -= 1
    return found


def _row(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    parts = [
        [part for line in cell.splitlines() or [""] for part in _wrapped(line, width, 0)]
        for cell, width in zip(cells, widths, strict=True)
    ]
    height = max(map(len, parts))
    lines = zip(*([*part, *[""] * (height - len(part))] for part in parts), strict=True)
    return [GAP.join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip() for line in lines]


def _paragraphs(headings: Sequence[str], grid: Sequence[Sequence[str]], first: int, width: int) -> list[str]:
    """Return the headings of the `first` cells; then each row as these in a line, and what they are about below."""
    rows = [(GAP.join(row[:first]), _named(headings[first:], row[first:])) for row in grid]
    short = all(len(f"{name} {cell}") <= width // 2 for _head, cells in rows for name, cell in cells)
    below = _side_by_side if short else _each_its_line
    longest = max(map(len, headings[first:]))
    return [
        GAP.join(headings[:first]),
        *(line for head, cells in rows for line in (head, *below(cells, longest, width))),
    ]


def _named(headings: Sequence[str], cells: Sequence[str]) -> list[tuple[str, str]]:
    return [(name, " ".join(cell.splitlines())) for name, cell in zip(headings, cells, strict=True) if cell]


def _side_by_side(cells: Sequence[tuple[str, str]], _longest: int, width: int) -> list[str]:
    whole = GAP.join(f"{name} {cell}".replace(" ", JOINT) for name, cell in cells)
    return _wrapped(f"{GAP}{whole}", width, len(GAP))


def _each_its_line(cells: Sequence[tuple[str, str]], longest: int, width: int) -> list[str]:
    deep = longest + 2 * len(GAP)
    return [part for name, cell in cells for part in _wrapped(f"{GAP}{name}".ljust(deep) + cell, width, deep)]

"""FAULTS.md: what was broken, and what became of it."""

from __future__ import annotations

from tests.faults.stage import Row

HEAD = """\
# Faults

Each line is a fault injected into a real run on the sandbox host, written by `make faults`. For all of them: no row
that existed when the command was typed is lost (count and checksum), no success is claimed that is not there, the exit
code is one of 0 (done and verified), 1 (failed, state described), 2 (refused, nothing changed), 3 (locked) or that of
the signal, and the command named next is the right one. {count} faults, no guarantee broken.

| fault | where | what the operator saw | exit | the host then | and after | rows before | rows after |
|---|---|---|---|---|---|---|---|
"""


def render(rows: list[Row]) -> str:
    """Return the whole file."""
    return HEAD.format(count=len(rows)) + "".join(_line(row) for row in rows)


def _line(row: Row) -> str:
    cells = (row.fault, row.where, row.saw[:160], row.code, row.state, row.resumed, row.before, row.after)
    return "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |\n"

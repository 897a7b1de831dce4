"""The answers about one downgrade."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["raises", "destroys", "unknown", "nothing", "reversible"]

GRAVEST_FIRST: tuple[Kind, ...] = ("raises", "destroys", "unknown", "nothing", "reversible")


@dataclass(frozen=True)
class Finding:
    """One thing that the downgrade does at `line`.

    What it destroys is named; `table` is empty where the file computes the name.
    """

    kind: Kind
    line: int
    reason: str
    table: str = ""
    column: str = ""
    schema: str = ""


@dataclass(frozen=True)
class Downgrade:
    """What one downgrade does: at least one finding.

    `raises`: it fails when it runs. `destroys`: it drops tables, columns or rows. `unknown`:
    what it does cannot be told. `nothing`: it leaves the schema as it is, though the upgrade
    changed it. `reversible`: no data goes.
    """

    findings: tuple[Finding, ...]

    @property
    def kind(self) -> Kind:
        """The gravest of what it does."""
        return min((finding.kind for finding in self.findings), key=GRAVEST_FIRST.index)

    @property
    def destroyed(self) -> list[Finding]:
        """The findings that destroy something with a name: what can be counted."""
        return [f for f in self.findings if f.kind == "destroys" and f.table]


def loss(drop: Finding, counted: tuple[int, int] | None) -> str:
    """Return what goes with `drop`, whose table has so many rows, and its column so many values (None: not known)."""
    if not counted:
        return f"{drop.reason}: what it holds could not be counted"
    rows, values = counted
    if drop.column:
        return f"{drop.reason}: {values} values in {rows} rows go"
    deletes = drop.reason.startswith("deletes")
    return f"{drop.reason}: it has {rows}" if deletes else f"{drop.reason}: {rows} rows go"

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

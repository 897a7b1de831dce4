"""The answers about one downgrade."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["raises", "destroys", "unknown", "nothing", "reversible"]

_GRAVEST_FIRST: tuple[Kind, ...] = ("raises", "destroys", "unknown", "nothing", "reversible")


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
    """One downgrade: `kind` is the gravest of its findings.

    `raises`: it fails when it runs. `destroys`: it drops tables, columns or rows. `unknown`:
    what it does cannot be told. `nothing`: it leaves the schema as it is, though the upgrade
    changed it. `reversible`: no data goes.
    """

    kind: Kind
    findings: tuple[Finding, ...]

    @classmethod
    def of(cls, findings: list[Finding]) -> Downgrade:
        """Return the downgrade that has these findings, at least one."""
        kinds = {finding.kind for finding in findings}
        return cls(next(kind for kind in _GRAVEST_FIRST if kind in kinds), tuple(findings))

    @property
    def destroyed(self) -> tuple[Finding, ...]:
        """The findings that destroy something with a name: what can be counted."""
        return tuple(f for f in self.findings if f.kind == "destroys" and f.table)

"""RESULTS.md: what was measured last of each kind, and what was not."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from . import stage
from .figures import Table

RESULTS = Path(__file__).parent / "RESULTS.md"
KEPT = stage.WORK / "results.json"
MISSED = Path(__file__).parent / "missed.md"
HEAD = """# Side by side

Written by `make bench` (`python -m bench [{kinds}] [--repeat N]`): medians, the lowest and highest in brackets,
and ratios of medians. Everything runs on one machine, so that what else runs there meets all contenders.
"""


BUSY = "Other work kept the machine busier than it has cores: these figures are an indication, not a measurement."


def keep(kind: str, tables: list[Table], machine: list[str], repeat: int, load: tuple[str, str], busy: bool) -> None:
    """Write down what was measured, so that measuring something else later leaves it in the report."""
    known = _known()
    known[kind] = {
        "tables": [asdict(t) for t in tables],
        "machine": machine,
        "repeat": repeat,
        "load": load,
        "busy": busy,
    }
    KEPT.write_text(json.dumps(known, indent=1))


def write(kinds: list[str]) -> Path:
    """Write RESULTS.md from all that was kept and return its path."""
    known = _known()
    parts = [HEAD.format(kinds="|".join(kinds))]
    for kind in kinds:
        parts.append(f"\n## {kind.capitalize()}\n")
        parts += _section(known[kind]) if kind in known else ["Not measured yet.\n"]
    if MISSED.exists():
        parts.append("\n" + MISSED.read_text())
    RESULTS.write_text("\n".join(parts))
    return RESULTS


def _known() -> dict:
    return json.loads(KEPT.read_text()) if KEPT.exists() else {}


def _section(kept: dict) -> list[str]:
    begun, ended = kept["load"]
    lines = [f"- {line}" for line in kept["machine"]]
    lines += [f"- {kept['repeat']} repetitions; begun {begun}; ended {ended}"]
    lines += [f"- **{BUSY}**"] if kept["busy"] else []
    for table in kept["tables"]:
        lines += ["", f"### {table['title']}", "", *_rows(table), "", *(f"- {note}" for note in table["notes"])]
    return [*lines, ""]


def _rows(table: dict) -> list[str]:
    rows = [table["columns"], ["---"] * len(table["columns"]), *table["rows"]]
    return ["| " + " | ".join(row) + " |" for row in rows]

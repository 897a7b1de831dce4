"""A rollback, or its way back, in three lines right above the question: what moves, what is lost, what keeps it."""

from __future__ import annotations

from ..console.units import counted
from ..engine import asking
from .rollback_report import RollbackReport

KEPT = "; the data of before: "  # what divides what is lost from what keeps it


def of(report: RollbackReport, commits: int) -> dict[str, str]:
    """Return the lines by their headings; `commits` is how many the checkout has that the target has not."""
    change = report.migration.change if report.migration else None
    back = [counted(commits, "commit")] if commits else [f"to {report.target.title}"]
    lost = asking.costs(report)
    safety = report.safety
    kept = f"{KEPT}database {safety.clone}, or if it cannot be made, the dump {safety.dump}" if safety else ""
    return {
        "goes back": ", ".join(
            [*back, *([counted(len(change.downgrades or change.moves), "migration")] if change else [])]
        ),
        "is lost": ("; ".join(lost) or "no data, as far as the migrations show") + kept if change else "no data",
    }


def of_undo(title: str, heads: list[str], lost: list[str], data: str = "") -> dict[str, str]:
    """Return the lines of a way back to the commit `title`: with the schema up at `heads`, or the data of a copy."""
    up = [f"the schema up at {', '.join(heads)}"] if heads and not data else []
    back = {"comes back": ", ".join([title, *up, *([f"the data of {data}"] if data else [])])}
    written = ["what was written since that run"] if data else []
    return {**back, "is lost": "; ".join([*lost, *written])} if lost or written else back

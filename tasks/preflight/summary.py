"""A rollback in three lines, right above the question: what goes back, what is lost, what keeps it."""

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
    kept = f"{KEPT}database {safety.clone}, or the dump {safety.dump}" if safety else ""
    return {
        "goes back": ", ".join(
            [*back, *([counted(len(change.downgrades or change.moves), "migration")] if change else [])]
        ),
        "is lost": ("; ".join(lost) or "no data, as far as the migrations show") + kept if change else "no data",
    }

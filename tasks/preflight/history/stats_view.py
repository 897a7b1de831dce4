"""The figures of `release.stats` on the screen: a table, and a small chart."""

from __future__ import annotations

from collections.abc import Sequence

from ...console import chart as charts
from ...console import terminal as console
from ...console.units import lasting
from .stats import Figures, Stats

HEADINGS = ("month", "deployments", "rolled back", "failure rate", "rollbacks", "time to restore", "outage")
UNKNOWN = "?"


def row(found: Figures) -> tuple[str, ...]:
    """Return the line of the table about one month, or about all of them."""
    at_least = "at least " if found.unmeasured and found.outage is not None else ""
    return (
        found.month,
        _number(found.deployments),
        _number(found.failed),
        UNKNOWN if found.deployments is None else "" if found.failure_rate is None else f"{found.failure_rate:.0%}",
        _number(found.rollbacks),
        _restored(found),
        UNKNOWN if found.outage is None else f"{at_least}{lasting(found.outage)}",
    )


def _number(found: int | None) -> str:
    return UNKNOWN if found is None else str(found)


def _restored(found: Figures) -> str:
    """Return the time to restore; nothing where nothing had to be restored."""
    if found.time_to_restore is not None:
        return lasting(found.time_to_restore)
    return UNKNOWN if found.rollbacks != 0 else ""


def chart(found: Stats) -> list[str]:
    """Return the deployments by month as bars, those that were rolled back in another sign; the first line says so."""
    good, bad = console.shown("█", "#"), console.shown("░", "-")
    rows = [(one.month, _parts(one)) for one in found.months]
    return ["", f"deployments {good}, of these rolled back {bad}", *charts.bars(rows, (good, bad))]


def _parts(one: Figures) -> Sequence[int] | None:
    return None if one.deployments is None else (one.deployments - (one.failed or 0), one.failed or 0)

"""Drills on the screen: one of them, part by part; all of them as a table and a small chart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ...console import chart as charts
from ...console import terminal as console
from ...console.commands import HOSTS_FILE
from ...console.units import age, lasting, moment
from .drills import NOT_RUN, PROVEN, Drill, Part

PARTS = ("part", "state", "took", "outage", "found")
HEADINGS = ("at", "kind", "release", "rollback", "restore", "backup", "drill")
NOTHING = ""


def rows(drill: Drill) -> Iterable[tuple[str, ...]]:
    """Yield the lines of the table about one drill."""
    for part in drill.parts:
        yield part.name, part.state, _lasting(part.seconds), _lasting(part.outage), part.found.split("\n")[0]


def objectives(drill: Drill) -> str:
    """Return what it was held against, in a line."""
    wanted = [f"{name} {age(limit)}" for name, limit in (("rto", drill.rto), ("rpo", drill.rpo)) if limit]
    if not wanted:
        return f"objectives: none in {HOSTS_FILE}, so no time was too long"
    return f"objectives: {', '.join(wanted)}: {'; '.join(drill.missed) or 'met, by what was proven'}"


def line(drill: Drill) -> tuple[str, ...]:
    """Return the line of the history about one drill."""
    return (
        moment(drill.at),
        drill.kind,
        drill.commit[:12],
        _part(drill, "release" if drill.kind == "beside" else "rollback"),
        _part(drill, "restore"),
        NOTHING if drill.backup_age is None else f"{age(drill.backup_age)} old",
        "passed" if drill.passed else "; ".join(drill.missed) or "not passed",
    )


def _part(drill: Drill, name: str) -> str:
    found = next((part for part in drill.parts if part.name == name), None)
    return _shown(found) if found else NOT_RUN


def _shown(part: Part) -> str:
    return _lasting(part.seconds) if part.state == PROVEN else part.state


def _lasting(seconds: float | None) -> str:
    return NOTHING if seconds is None else lasting(seconds)


def chart(drills: Sequence[Drill]) -> list[str]:
    """Return the seconds of each drill as bars; a question mark where one of the two was not proven."""
    back, data = console.shown("█", "#"), console.shown("░", "-")
    bars = [(f"{moment(one.at)[:16]} {one.kind}", _seconds(one)) for one in drills]
    return [
        "",
        f"seconds to the last good release {back}, to the newest backup {data}",
        *charts.bars(bars, (back, data)),
    ]


def _seconds(drill: Drill) -> Sequence[int] | None:
    times = drill.took("release" if drill.kind == "beside" else "rollback"), drill.took("restore")
    return None if None in times else [round(time or 0) for time in times]

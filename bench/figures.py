"""Figures and tables: what a measurement returns, and how it is printed."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from statistics import median


@dataclass
class Table:
    """One table of RESULTS.md; `notes` say how its figures were obtained."""

    title: str
    columns: list[str]
    rows: list[list[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class MeasurementError(RuntimeError):
    """Something that was to be measured did not do what it was measured for."""


def seconds(values: Iterable[float]) -> str:
    """Return the median, and the lowest and highest where there are several."""
    values = sorted(values)
    if not values:
        return "not measured"
    spread = f" ({_short(values[0])}–{_short(values[-1])})" if len(values) > 1 else ""
    return f"{_short(median(values))} s{spread}"


def ratio(values: Iterable[float], to: Iterable[float]) -> str:
    """Return the ratio of two medians."""
    values, to = list(values), list(to)
    return f"{median(values) / median(to):.2f}" if values and to and median(to) else "–"


def _short(value: float) -> str:
    return f"{value:.3f}" if value < 1 else f"{value:.2f}" if value < 10 else f"{value:.1f}"


def took(command: list[str], environ: dict | None = None, timeout: float = 600, cwd=None) -> float:
    """Run a command and return its seconds, the whole process included; raise MeasurementError when it fails."""
    begun = time.monotonic()
    done = subprocess.run(
        command, env=environ, timeout=timeout, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    elapsed = time.monotonic() - begun
    if done.returncode:
        raise MeasurementError(f"{command[0]} … exited {done.returncode}: {(done.stderr or done.stdout)[-600:]}")
    return elapsed


def in_turns(contenders: dict[str, Callable[[], object]], repeat: int, tries: int = 1) -> dict[str, list]:
    """Run every contender once a round, `repeat` rounds, so that a change in load meets all of them alike.

    A contender that fails in its turn has `tries` in all; the last failure is raised.
    """
    found: dict[str, list] = {name: [] for name in contenders}
    for number in range(1, repeat + 1):
        for name, measure in contenders.items():
            value = _one_of(tries, measure)
            found[name].append(value)
            print(f"  {number}/{repeat}  {name}: {value}", flush=True)
    return found


def _one_of(tries: int, measure: Callable[[], object]) -> object:
    for _ in range(tries - 1):
        try:
            return measure()
        except MeasurementError as failed:
            print(f"  once more, because {failed}", flush=True)
    return measure()

"""Which line of each log to read first: the last exception, else what gives up, else the last error."""

from __future__ import annotations

import re

from msgspec import Struct

from ..config.settings import Environment
from ..preflight.checks import errorlog
from .cause import GRAVE

LOUD, KEPT = re.compile(errorlog.LOUD), "run/evidence/"
OF_TASK = re.compile(r"^(\S+) \S+@\S+ +\| ")  # what a swarm says of a line, between its time and its text
LONGEST = 200  # characters of a line


class First(Struct, frozen=True):
    """The line of a log to read first: its number, from one on, and its text; 0 and empty where no line is an error."""

    file: str
    line: int
    text: str


def first_lines(environment: Environment, texts: dict[str, str]) -> list[First]:
    """Return the line to read first of each log among `texts`, the most suspicious log first.

    An exception comes before what gives up, and that before any other error; what a run kept before what runs now.
    """
    probing = re.compile(errorlog.probes(environment))
    logs = [name for name in texts if name.startswith(("logs/", KEPT)) and name.endswith(".log")]
    found = [_worst(name, texts[name], probing) for name in logs]
    return [first for _, first in sorted(found, key=lambda one: (one[0], not one[1].file.startswith(KEPT)))]


def _worst(name: str, text: str, probing: re.Pattern[str]) -> tuple[int, First]:
    """Return how little the worst line of a log says (0: an exception), and that line."""
    worst, found = 3, First(name, 0, "")
    for number, line in enumerate(text.splitlines(), start=1):
        said = OF_TASK.sub(r"\1 ", line)
        rank = _rank(said)
        if rank <= min(worst, 2) and not probing.search(said):
            worst, found = rank, First(name, number, said.partition(" ")[2][:LONGEST])
    return worst, found


def _rank(line: str) -> int:
    """Return 0 for an exception, 1 for what gives up, 2 for any other error, 3 for none."""
    if errorlog.REASONED.search(line):
        return 0
    if not LOUD.search(line):
        return 3
    return 1 if GRAVE.search(line) else 2

"""How far a long step is: the PROGRESS lines of its script, put into words now and then."""

from __future__ import annotations

import time
from collections.abc import Callable

from ..console.units import size

PREFIX = "PROGRESS "
EVERY = 1.0  # seconds between two lines


class Progress:
    """Reads `PROGRESS bytes N TOTAL` (TOTAL 0: unknown) and `PROGRESS table NAME`."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.said: float | None = None  # when
        self.first: tuple[float, int] | None = None  # when, and how many bytes
        self.table = ""
        self.done, self.total = 0, 0  # bytes

    def words(self, line: str) -> str:
        """Return what to print for a PROGRESS line; often nothing, since it would be too much."""
        kind, _, rest = line.removeprefix(PREFIX).partition(" ")
        if kind == "table":
            self.table = rest
            return self._due(f"table {rest}")
        done, self.total = (int(word) for word in rest.split()[:2])
        self.done = min(done, self.total) if self.total else done  # who unpacks it as well may have read ahead
        return self._due(self._bytes(self.done, self.total), at_once=self.done == self.total)

    def _due(self, text: str, at_once: bool = False) -> str:
        now = self.clock()
        if not at_once and self.said is not None and now - self.said < EVERY:
            return ""
        self.said = now
        return text

    def _bytes(self, done: int, total: int) -> str:
        if not total:
            return size(done)
        parts = [f"{size(done)} of {size(total)} ({100 * done // total} %)", self._left(done, total)]
        return ", ".join(filter(None, [*parts, self.table if done < total else ""]))

    def _left(self, done: int, total: int) -> str:
        """Return how long it will take, by the bytes seen since the first line."""
        self.first = self.first or (self.clock(), done)
        seconds, read = self.clock() - self.first[0], done - self.first[1]
        return f"about {(total - done) * seconds / read:.0f} s left" if read > 0 and done < total else ""

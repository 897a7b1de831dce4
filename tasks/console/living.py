"""The line that lives at a terminal while something is waited for: what, how long, how far, and the last word of it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

from . import screen
from .commands import render
from .text import clean

if TYPE_CHECKING:
    from rich.console import Console

    from .line import Line

SHOWN_AFTER = 0.7  # seconds that pass before it is shown: what answers at once does not flicker
_lines: list[Line] = []  # the one line that lives
_alone = threading.Lock()  # held as long as there is one
_asking = threading.Event()  # set while somebody is asked


def possible() -> bool:
    """Return whether there can be such a line: at a terminal, where not all is to be printed, or next to nothing."""
    return screen.at_terminal() and not screen.asked("verbose") and not screen.asked("quiet")


@contextlib.contextmanager
def waiting(what: str, limit: float | None = None) -> Iterator[None]:
    """Show that `what` is waited for inside the block; `limit`: the seconds after which it is given up."""
    if not (possible() and _alone.acquire(blocking=False)):
        yield
        return
    from .line import Line  # rich takes long to load

    line = Line(render(clean(what)), limit, screen.console())
    _lines.append(line)
    shown = threading.Timer(SHOWN_AFTER, _start, [line])
    shown.daemon = True
    shown.start()
    try:
        yield
    finally:
        shown.cancel()
        shown.join()
        line.stop()
        _lines.remove(line)
        _alone.release()


def _start(line: Line) -> None:
    if not _asking.is_set():
        line.start()


def note(text: str) -> bool:
    """Show `text` as the last word of what is waited for; return whether there is a line that shows it."""
    for line in _lines:
        line.last = render(clean(text)).strip()
    return bool(_lines)


def measured(done: int, total: int) -> None:
    """Show how much is done of what is waited for; `total` 0: nobody knows."""
    for line in _lines:
        line.update(line.task_ids[0], completed=done, total=total or None)


@contextlib.contextmanager
def standing_still() -> Iterator[None]:
    """Take the line away inside the block, in which somebody is asked."""
    _asking.set()
    for line in _lines:
        line.stop()
    try:
        yield
    finally:
        _asking.clear()
        for line in _lines:
            line.start()


def console() -> Console | None:
    """Return what prints above the line that lives, if there is one."""
    return _lines[0].console if _lines else None

"""The line that lives at a terminal while something is waited for: what, how long, how far, and the last word of it."""

from __future__ import annotations

import contextlib
import functools
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from . import screen
from .commands import render
from .text import clean

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

SHOWN_AFTER = 0.7  # seconds that pass before it is shown: what answers at once does not flicker
_lines: list[Any] = []  # the one line that lives
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
    line = _line()(what, limit)
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


def _start(line: Progress) -> None:
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
    found: Console | None = _lines[0].console if _lines else None
    return found


@functools.cache
def _line() -> Callable[[str, float | None], Progress]:
    from rich.progress import BarColumn, Progress, SpinnerColumn, Task, TextColumn, TimeElapsedColumn
    from rich.progress_bar import ProgressBar
    from rich.table import Column
    from rich.text import Text

    class Bar(BarColumn):
        """A bar where there is a measure: what is done, or the time that there is; else nothing."""

        def render(self, task: Task) -> Any:
            """Return the bar."""
            if task.total is not None:
                return super().render(task)
            limit = task.fields["limit"]
            return ProgressBar(limit, min(task.elapsed or 0.0, limit), width=20) if limit else Text("")

    class Line(Progress):
        """The line, and below it the last word, cut where the terminal ends: nobody copies it."""

        last = ""

        def __init__(self, what: str, limit: float | None) -> None:
            whole = Column(ratio=1, no_wrap=True, overflow="ellipsis")
            title = TextColumn("{task.description}", markup=False, table_column=whole)
            columns = SpinnerColumn(), title, Bar(bar_width=20), TimeElapsedColumn()
            super().__init__(*columns, console=screen.console(), transient=True, expand=True)
            self.add_task(render(clean(what)), total=None, limit=limit)

        def get_renderables(self) -> Iterator[Any]:
            """Yield the line, and the last word."""
            yield from super().get_renderables()
            if self.last:
                yield Text(f"    {self.last}", style="dim", no_wrap=True, overflow="ellipsis")

    return Line

"""The line of `living` as it is drawn: what is waited for, and its last word; loaded only where there is one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.console import Console
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

    def __init__(self, what: str, limit: float | None, console: Console) -> None:
        whole = Column(ratio=1, no_wrap=True, overflow="ellipsis")
        title = TextColumn("{task.description}", markup=False, table_column=whole)
        columns = SpinnerColumn(), title, Bar(bar_width=20), TimeElapsedColumn()
        super().__init__(*columns, console=console, transient=True, expand=True)
        self.add_task(what, total=None, limit=limit)

    def get_renderables(self) -> Iterator[Any]:
        """Yield the line, and the last word."""
        yield from super().get_renderables()
        if self.last:
            yield Text(f"    {self.last}", style="dim", no_wrap=True, overflow="ellipsis")

"""What the operator sees: plain lines, tables, questions; a JSON document when asked for."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any

from invoke import Exit

from . import commands
from .errors import Refused, document
from .text import clean

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

SCHEMA_VERSION = 1  # of docs/schema.json
_state: dict[str, int] = {"json": False, "documents": 0}
_waiting: list[Progress] = []  # the one line that lives, while something is waited for
_alone = threading.Lock()  # held as long as there is one
SHOWN_AFTER = 0.7  # seconds that pass before it is shown: what answers at once does not flicker


@contextlib.contextmanager
def json_only(wanted: bool) -> Iterator[None]:
    """Keep stdout for one JSON document, when `wanted`, and send every line to stderr; an error is one as well."""
    before = _state["json"]
    _state["json"] = before or wanted
    try:
        with error_as_document(wanted):
            yield
    finally:
        _state["json"] = before


@contextlib.contextmanager
def error_as_document(wanted: bool) -> Iterator[None]:
    """Print what ends the block early as a JSON document, when `wanted`, unless there was one already."""
    before = _state["documents"]
    try:
        yield
    except (Exit, KeyboardInterrupt) as ended:
        well = isinstance(ended, Exit) and not ended.code  # as after --help
        if wanted and not well and _state["documents"] == before:
            _write(document(ended))
        raise


def render(text: object) -> str:
    """Return `text` cleaned, its commands as this operator has to type them."""
    return commands.render(clean(str(text)))


def emit_json(data: Any) -> bool:
    """Print `data` as JSON if a document was asked for; return whether it was."""
    if _state["json"]:
        _write(data)
    return bool(_state["json"])


def _write(data: Any) -> None:
    """Print a document; an object says by which version of docs/schema.json it is to be read."""
    whole = {"schema_version": SCHEMA_VERSION, **data} if isinstance(data, dict) else data
    sys.stdout.write(json.dumps(commands.rendered(whole), indent=2, default=str) + "\n")
    _state["documents"] += 1


def say(line: str = "", style: str | None = None) -> None:
    """Print one line, or several; what came from a host cannot steer the terminal."""
    _rich().print(render(line), style=style, highlight=False, markup=False, soft_wrap=True)


def to_stderr(line: str) -> None:
    """Print a line about what stdout holds, on stderr, so that scripts can use stdout."""
    sys.stderr.write(render(line) + "\n")


def table(headings: Sequence[str], rows: Iterable[Sequence[Any]], title: str | None = None) -> None:
    """Print rows under headings."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    grid = Table(*headings, title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for row in rows:
        grid.add_row(*(Text(render(cell)) for cell in row))
    _rich().print(grid)


@contextlib.contextmanager
def waiting(what: str) -> Iterator[None]:
    """Show `what` is waited for inside the block, and for how long, as one line that goes away; at a terminal only."""
    if not (_terminal() and _alone.acquire(blocking=False)):
        yield
        return
    line = _line(what)
    _waiting.append(line)
    shown = threading.Timer(SHOWN_AFTER, line.start)
    shown.daemon = True
    shown.start()
    try:
        yield
    finally:
        shown.cancel()
        shown.join()
        line.stop()
        _waiting.remove(line)
        _alone.release()


def _line(what: str) -> Progress:
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    line = Progress(*columns, console=_rich(), transient=True)
    line.add_task(render(what), total=None)
    return line


def confirm(question: str, yes: bool, instead: str = "--yes answers it") -> None:
    """Return when the operator agrees; raise Refused otherwise, or when nobody can be asked."""
    if yes:
        return
    if not interactive():
        raise Refused(f"{question} Nobody can be asked without a terminal; {instead}.")
    if ask(f"{question} [y/N] ").strip().lower() not in ("y", "yes"):
        raise Refused("Not confirmed.")


def ask(question: str) -> str:
    """Return the operator's answer to `question`, asked on stderr; a line that lives stands still meanwhile."""
    for line in _waiting:
        line.stop()
    sys.stderr.write(render(question))
    sys.stderr.flush()
    return sys.stdin.readline()


def interactive() -> bool:
    """Return whether somebody sits at a terminal."""
    return sys.stdin is not None and sys.stdin.isatty()


def _rich() -> Console:
    if _waiting:  # what is said meanwhile stands above the line that lives
        return _waiting[0].console
    screen: Console = _screen()(stderr=bool(_state["json"]), width=None if _terminal() else 160)
    if isinstance(screen.file, TextIOWrapper):
        screen.file.reconfigure(errors="replace")  # what a terminal cannot show is no reason to stop halfway
    return screen


@functools.cache
def _screen() -> type:
    from rich.console import Console

    class Screen(Console):
        """A console that nobody has to read to the end: a run goes on when `| head` has seen enough."""

        def on_broken_pipe(self) -> None:
            """Throw away what is still to be printed."""
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.file.fileno())

    return Screen


def _terminal() -> bool:
    return (sys.stderr if _state["json"] else sys.stdout).isatty()

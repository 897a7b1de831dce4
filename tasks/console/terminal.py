"""What the operator sees: plain lines, tables, questions; a JSON document when asked for."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from invoke import Exit

from . import commands
from .errors import Refused
from .text import clean

COMMAND = r"\bfab (?=[a-z])"
_state: dict[str, Any] = {"document": False, "target": ""}


@contextlib.contextmanager
def documents(wanted: bool) -> Iterator[None]:
    """Keep stdout for one JSON document, when `wanted`, and send every line to stderr."""
    before = _state["document"]
    _state["document"] = before or wanted
    try:
        yield
    finally:
        _state["document"] = before


@contextlib.contextmanager
def addressed(target: str | None) -> Iterator[None]:
    """Name `target`, what the operator gave as `-H`, in every command that is told, errors included."""
    before = _state["target"]
    _state["target"] = f"-H {target} " if target else ""
    try:
        yield
    except Exit as ended:
        ended.message = told(ended.message or "")
        raise
    finally:
        _state["target"] = before


def told(text: str) -> str:
    """Return `text` cleaned, its `fab` commands as this operator has to type them."""
    return re.sub(COMMAND, f"fab {_state['target']}", commands.render(clean(str(text))))


def document(data: Any) -> bool:
    """Print `data` as JSON if a document was asked for; return whether it was."""
    if _state["document"]:
        text = json.dumps(data, indent=2, default=str)
        for mark in (commands.BEGIN, commands.END):
            text = text.replace(json.dumps(mark)[1:-1], mark)
        sys.stdout.write(re.sub(COMMAND, f"fab {_state['target']}", commands.render(text)) + "\n")
    return _state["document"]


def say(line: str = "", style: str | None = None) -> None:
    """Print one line, or several; what came from a host cannot steer the terminal."""
    _rich().print(told(line), style=style, highlight=False, markup=False, soft_wrap=True)


def aside(line: str) -> None:
    """Print a line about what stdout holds, on stderr, so that scripts can use stdout."""
    sys.stderr.write(told(line) + "\n")


def table(headings: Sequence[str], rows: Iterable[Sequence[Any]], title: str | None = None) -> None:
    """Print rows under headings."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    grid = Table(*headings, title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for row in rows:
        grid.add_row(*(Text(told(cell)) for cell in row))
    _rich().print(grid)


def confirm(question: str, yes: bool, instead: str = "--yes answers it") -> None:
    """Return when the operator agrees; raise Refused otherwise, or when nobody can be asked."""
    if yes:
        return
    if not interactive():
        raise Refused(f"{question} Nobody can be asked without a terminal; {instead}. Nothing was changed.")
    if ask(f"{question} [y/N] ").strip().lower() not in ("y", "yes"):
        raise Refused("Not confirmed. Nothing was changed.")


def ask(question: str) -> str:
    """Return the operator's answer to `question`, asked on stderr."""
    sys.stderr.write(told(question))
    sys.stderr.flush()
    return sys.stdin.readline()


def interactive() -> bool:
    """Return whether somebody sits at a terminal."""
    return sys.stdin is not None and sys.stdin.isatty()


def _rich():
    screen = _screen()(stderr=_state["document"], width=None if _terminal() else 160)
    with contextlib.suppress(AttributeError, ValueError):
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
    return (sys.stderr if _state["document"] else sys.stdout).isatty()

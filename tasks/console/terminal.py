"""What the operator sees: plain lines, tables, questions; a JSON document when asked for."""

from __future__ import annotations

import contextlib
import json
import re
import select
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from invoke import Exit

from . import commands, layout, living, screen
from .errors import UNCHANGED, Refused, document
from .text import clean

SCHEMA_VERSION = 1  # of docs/schema.json
PROBLEM = re.compile("red|yellow")  # styles of lines that --quiet does not hide
STATES = {  # words that say how something is, in the colour of it; the word is enough where there is none
    r"\b(WRONG|NOT READABLE|no answer|unhealthy|destroys|dead)\b": "bold red",
    r"\b(restarting|paused|exited|not running|half-way|cut off|not applied)\b": "yellow",
    r"^(ok|✓)(?= )": "green",
    r"^missing(?= )": "bold red",
    r"^doubtful(?= )": "yellow",
}
LOOK = 2.0  # seconds between two looks at what happens while somebody thinks
_documents = [0]  # printed so far
_unsaid: list[tuple[str, str | None]] = []  # the last line that --quiet has hidden


@contextlib.contextmanager
def error_as_document(wanted: bool) -> Iterator[None]:
    """Print what ends the block early as a JSON document, when `wanted`, unless there was one already."""
    before = _documents[0]
    try:
        yield
    except (Exit, KeyboardInterrupt) as ended:
        well = isinstance(ended, Exit) and not ended.code  # as after --help
        if wanted and not well and _documents[0] == before:
            _write(document(ended))
        raise


@contextlib.contextmanager
def told_as(*, json: bool = False, quiet: bool = False, verbose: bool = False) -> Iterator[None]:
    """Tell the operator inside the block what was asked for: a document, next to nothing, or everything.

    With `json`, stdout is for one document, which an error is as well; every line goes to stderr.
    """
    with screen.as_asked(json=json, verbose=verbose), error_as_document(json), quietly(quiet):
        yield


def as_part() -> contextlib.AbstractContextManager[None]:
    """Return the context in which no document is printed: what is done there is told by one that comes after it."""
    return screen.as_asked(part=True)


@contextlib.contextmanager
def quietly(wanted: bool) -> Iterator[None]:
    """Print only problems inside the block, when `wanted`, and the last line of it all."""
    if not wanted or screen.asked("quiet"):
        yield
        return
    _unsaid.clear()
    with screen.as_asked(quiet=True):
        yield
    for line, style in _unsaid:
        say(line.replace("\n", " "), style)


def render(text: object, joint: str = " ") -> str:
    """Return `text` cleaned, its commands as this operator has to type them, `joint` between their words."""
    return commands.render(clean(str(text)), joint)


def _whole(text: object) -> str:
    """Return `text` as `render` does, its commands unbroken as words are."""
    return render(text, commands.JOINT)


def emit_json(data: Any) -> bool:
    """Print `data` as JSON if a document was asked for, and this is no part of one; return whether it was."""
    if screen.asked("json") and not screen.asked("part"):
        _write(data)
    return screen.asked("json")


def _write(data: Any) -> None:
    """Print a document; an object says by which version of docs/schema.json it is to be read."""
    whole = {"schema_version": SCHEMA_VERSION, **data} if isinstance(data, dict) else data
    with screen.unread(sys.stdout):
        sys.stdout.write(json.dumps(commands.rendered(whole), indent=2, default=str) + "\n")
    _documents[0] += 1


def say(line: str = "", style: str | None = None, as_is: bool = False) -> None:
    """Print one line, or several; what came from a host cannot steer the terminal.

    At a terminal, lines are broken between words; `as_is`: they are not, since somebody may copy them.
    """
    if screen.asked("quiet") and not PROBLEM.search(style or ""):
        _unsaid[:] = [(line, style)]
        return
    _print(_whole(line) if as_is else layout.wrapped(_whole(line), screen.width()), style)


def command(typed: str, lead: str) -> None:
    """Print a command to type behind `lead`, such that it can be copied whole."""
    say(layout.command(render(typed), screen.width(), lead), style="dim", as_is=True)


def shown(sign: str, instead: str) -> str:
    """Return `sign`, or `instead` where what is printed cannot show it."""
    try:
        sign.encode(screen.console().encoding)
    except (UnicodeError, LookupError):
        return instead
    return sign


def show_end(message: str, commands_in_it: Iterable[str]) -> bool:
    """Print on stderr why it ended early, where that is a terminal, and return whether it is one.

    What to do about it begins a line of its own there.
    """
    if not sys.stderr.isatty():
        return False
    for command in commands_in_it:
        message = message.replace(command, command.replace(" ", commands.JOINT))
    width = screen.console(stderr=True).width
    for number, line in enumerate(message.replace(f"{UNCHANGED} ", f"{UNCHANGED}\n").split("\n")):
        _print(layout.wrapped(line, width), None if number else "bold red", stderr=True)
    return True


def to_stderr(line: str) -> None:
    """Print a line about what stdout holds, on stderr, so that scripts can use stdout."""
    with screen.unread(sys.stderr):
        sys.stderr.write(render(line) + "\n")


def table(headings: Sequence[str], rows: Iterable[Sequence[Any]], needed: bool = False) -> None:
    """Print rows under headings; `needed`: also with --quiet."""
    if screen.asked("quiet") and not needed:
        return
    lines = layout.table(headings, [[_whole(cell) for cell in row] for row in rows], screen.width())
    for number, line in enumerate(lines):
        _print(line, "bold" if line and number == 0 else None)


def _print(text: str, style: str | None, stderr: bool = False) -> None:
    from rich.text import Text

    shown = Text(text.replace(commands.JOINT, " "), style=style or "")
    for words, colour in STATES.items():
        shown.highlight_regex(words, colour)
    (living.console() or screen.console(stderr)).print(shown, highlight=False, soft_wrap=True)


def confirm(question: str, yes: bool, instead: str = "--yes answers it") -> None:
    """Return when the operator agrees; raise Refused otherwise, or when nobody can be asked."""
    if yes:
        return
    if not interactive():
        raise Refused(f"{question} Nobody can be asked without a terminal; {instead}.")
    if ask(f"{question} [y/N] ").strip().lower() not in ("y", "yes"):
        raise Refused("Not confirmed.")


def ask(question: str, meanwhile: Callable[[], str] | None = None) -> str:
    """Return the operator's answer to `question`, asked on stderr; a line that lives stands still meanwhile.

    What `meanwhile` returns is said once, as soon as it is something; it is called every few seconds until then.
    """
    asked = layout.wrapped(_whole(question).rstrip(), screen.width()).replace(commands.JOINT, " ")
    with living.standing_still():
        sys.stderr.write(f"{asked} ")
        sys.stderr.flush()
        while meanwhile and not select.select([sys.stdin], [], [], LOOK)[0]:
            if news := meanwhile():
                sys.stderr.write(f"\n{layout.wrapped(render(news), screen.width())} ")
                sys.stderr.flush()
                meanwhile = None
        return sys.stdin.readline()


def interactive() -> bool:
    """Return whether somebody sits at a terminal."""
    return sys.stdin is not None and sys.stdin.isatty()

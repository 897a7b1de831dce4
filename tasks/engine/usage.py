"""What was typed and cannot be meant: refused in a line that names what may be, and how to begin."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from invoke import Exit, ParseError

from ..console import screen, terminal
from ..console.commands import fab, render
from ..console.errors import Refused
from ..console.text import nearest

UNKNOWN = re.compile(r"No idea what '(.+)' is!")
VALUES = {"--run": re.compile(r"last|\d{8}-\d{6}.*"), "--commit": re.compile(r"[0-9a-f]{7,40}|HEAD.*")}
BEGIN_WITH = (
    f"Nothing was asked for. To begin with:\n"
    f"  {fab('status')}: where the deployment is\n"
    f"  {fab('diagnose')}: what is wrong, and which rollback mends it\n"
    f"  {fab('full-rollback --plan')}: what the way back to a commit would do\n"
    f"fab --list names all tasks, fab --help TASK explains one."
)


def refuse_in_a_line(program: Any, at_the_top: Callable[[], bool]) -> None:
    """Let `program` refuse, with exit code 2, what it does not know, and a line without a task.

    With --json, whatever ends it early is a document, also where no task was reached; at a terminal its first line is
    red. Invoke has no setting for that, and ends as after a failure. A line without a task is ours to answer where our
    tasks are the program's own, `at_the_top`.
    """
    for step in ("parse_tasks", "parse_cleanup", "execute"):
        setattr(program, step, _refusing(getattr(program, step), program))
    program.parse_cleanup = screen.ending_unread()(program.parse_cleanup)  # which prints --list and --help
    otherwise = program.no_tasks_given

    def no_tasks_given() -> None:
        if at_the_top():
            raise Refused(render(BEGIN_WITH))
        otherwise()

    program.no_tasks_given = no_tasks_given


def _refusing(step: Callable[[], None], program: Any) -> Callable[[], None]:
    def done_or_refused() -> None:
        try:
            with terminal.error_as_document("--json" in program.argv):
                _parsed(step, program)
        except Exit as ended:
            if ended.code and terminal.show_end(ended.message or "", getattr(ended, "next", [])):
                raise Exit(code=ended.code) from None
            raise

    return done_or_refused


def _parsed(step: Callable[[], None], program: Any) -> None:
    try:
        step()
    except ParseError as error:
        raise Refused(_explained(error, program)) from None


def _explained(error: ParseError, program: Any) -> str:
    """Return what Invoke says of a word that it does not know, with the task or option that may be meant."""
    unknown = UNKNOWN.fullmatch(str(error))
    if not unknown:
        return str(error)
    word = unknown[1].partition("=")[0]
    options = getattr(error.context, "flags", {})
    meant = next((name for name, values in VALUES.items() if name in options and values.fullmatch(word)), "")
    if meant:
        return f"No idea what {word!r} is, did you mean '{meant} {word}'?"
    hint = nearest(word, list(options if word.startswith("-") else program.collection.task_names))
    return f"No idea what {word!r} is{hint or '!'}"

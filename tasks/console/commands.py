"""Commands for the operator to type: data inside a text, written out once, when it is shown.

A message says `Next: {fab("undo")}`. What the operator reads has `-H` and the name under which the tasks are
mounted in it: `fab -H staging rollback.undo`. Only what `fab` made is written out: a commit subject that speaks
of "fab tasks" stays as it is.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

BEGIN, END, JOINT, FILE = "\ue000", "\ue001", "\ue002", "\ue003"  # private use: what comes from a host never holds them
HOSTS_FILE = f"hosts.yaml{FILE}"  # in a text that `render` writes out: the file that the environment stands in
COMMAND = re.compile(f"{BEGIN}([^ {BEGIN}{END}]*)([^{BEGIN}{END}]*){END}")


def _plain(task: str) -> str:
    return task


_target: ContextVar[str] = ContextVar("target", default="")
_hosts_file: ContextVar[str | None] = ContextVar("hosts_file", default=None)  # None: no task is at work
_full_name: ContextVar[Callable[[str], str]] = ContextVar("full_name", default=_plain)


def fab(command: str) -> str:
    """Return `command`, a task and its options, as a part of a text that `render` writes out."""
    return f"{BEGIN}{command}{END}"


def fab_at(target: str, command: str) -> str:
    """Return `command` written out for an operator to type with `target` as -H, whatever he gave now."""
    token = _target.set(target)
    try:
        return render(fab(command))
    finally:
        _target.reset(token)


def render(text: str, joint: str = " ") -> str:
    """Return `text` with its commands as this operator types them, `joint` between their words."""
    target, full_name = _target.get(), _full_name.get()
    given = f"-H {target} " if target else ""
    written = COMMAND.sub(lambda found: f"fab {given}{full_name(found[1])}{found[2]}".replace(" ", joint), text)
    named = written.replace(HOSTS_FILE, _hosts_file.get() or HOSTS_FILE)
    return re.sub(f"[{BEGIN}{END}{FILE}]", "", named)  # of what was cut short


def commands_in(text: str) -> list[str]:
    """Return the commands in `text` that `fab` made, each once, for `render` to write out."""
    return list(dict.fromkeys(found[0] for found in COMMAND.finditer(text)))


def rendered(data: Any) -> Any:
    """Return JSON data with the commands in its texts as this operator types them."""
    if isinstance(data, str):
        return render(data)
    if isinstance(data, dict):
        return {key: rendered(value) for key, value in data.items()}
    return [rendered(value) for value in data] if isinstance(data, (list, tuple)) else data


def unmarked(text: str) -> str:
    """Return text from a host without what `render` would take for a command."""
    return re.sub(f"[{BEGIN}{END}{JOINT}{FILE}]", "\ufffd", text)


@contextlib.contextmanager
def typed(target: str | None, full_name: Callable[[str], str] = _plain) -> Iterator[None]:
    """Write commands out for an operator who gave `target` as -H; `full_name` says how a task is called there."""
    tokens = _target.set(target or ""), _full_name.set(full_name), _hosts_file.set(HOSTS_FILE)
    try:
        yield
    finally:
        _target.reset(tokens[0])
        _full_name.reset(tokens[1])
        _hosts_file.reset(tokens[2])


def speak_of(hosts_file: str) -> None:
    """Call the file that the environment in use stands in by this name, until the task ends."""
    if _hosts_file.get() is not None:
        _hosts_file.set(hosts_file)

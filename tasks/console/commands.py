"""Commands for the operator to type: data inside a text, written out once, when it is shown.

A message says `Next: {fab("undo")}`. What the operator reads has `-H` and the name under which the tasks are
mounted in it: `fab -H staging rollback.undo`. Only what `fab` made is written out: a commit subject that speaks
of "fab tasks" stays as it is.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from contextvars import ContextVar

BEGIN, END = "\ue000", "\ue001"  # private use: `text.clean` takes them out of what comes from elsewhere
COMMAND = re.compile(f"{BEGIN}([^{BEGIN}{END}]*){END}")

_target: ContextVar[str] = ContextVar("target", default="")
_prefix: ContextVar[str] = ContextVar("prefix", default="")


def fab(command: str) -> str:
    """Return `command`, a task and its options, as a part of a text that `render` writes out."""
    return f"{BEGIN}{command}{END}"


def render(text: str) -> str:
    """Return `text` with its commands as this operator types them."""
    target = f"-H {_target.get()} " if _target.get() else ""
    prefix = f"{_prefix.get()}." if _prefix.get() else ""
    return COMMAND.sub(lambda found: f"fab {target}{prefix}{found[1]}", text)


@contextlib.contextmanager
def typed(target: str | None, prefix: str) -> Iterator[None]:
    """Write commands out for an operator who gave `target` as -H and has the tasks mounted under `prefix`."""
    tokens = _target.set(target or ""), _prefix.set(prefix)
    try:
        yield
    finally:
        _target.reset(tokens[0])
        _prefix.reset(tokens[1])

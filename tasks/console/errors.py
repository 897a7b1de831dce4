"""How a task ends when it cannot do what was asked: one line, and an exit code that means something."""

from __future__ import annotations

import re
from typing import Any

from invoke import Exit

from .commands import commands_in
from .text import clean

FAILED, REFUSED, HELD = 1, 2, 3
UNCHANGED = "Nothing was changed."
KINDS = {FAILED: "failed", REFUSED: "refused", HELD: "locked"}


class Stopped(Exit):
    """A task that ends early; its message may quote a host, and cannot steer the terminal.

    `next` are the commands that the message names, in its order, for `render` to write out.
    """

    exit_code = FAILED

    def __init__(self, message: str) -> None:
        super().__init__(message=clean(message), code=self.exit_code)
        self.next = commands_in(message)
        self.args = (self.message,)  # what str() of it says: otherwise only what was given first


class Failed(Stopped):
    """Something was tried and the world is not as it should be; the message describes the state."""


class Refused(Stopped):
    """The request or the host does not allow it; that nothing was changed is said by itself.

    `at` is the host's address, `next` what to do or to type. `reason` is the message alone, for a sentence.
    """

    exit_code = REFUSED

    def __init__(self, message: str, next: str = "", at: str = "") -> None:
        said = "" if re.search("Nothing was|was not touched", message) else UNCHANGED
        self.reason = clean(message).rstrip(".")
        super().__init__(" ".join(part for part in (f"{at}: {message}" if at else message, said, next) if part))


class Held(Stopped):
    """Another run holds the lock of the deployment."""

    exit_code = HELD


class ConnectionLost(Failed):
    """The SSH connection went away while a command was running."""


class TimedOut(Failed):
    """A command did not end in time; `out` and `err` are what it had printed until then."""

    def __init__(self, message: str, out: str = "", err: str = "") -> None:
        super().__init__(message)
        self.out, self.err = out, err


def reason(error: BaseException, at: str = "") -> str:
    """Return why something failed, for a sentence that names the host, `at`, itself."""
    said = error.reason if isinstance(error, Refused) else str(error)
    return " ".join(said.split()).removeprefix(f"{at}: ").rstrip(".")


def document(ended: BaseException) -> dict[str, Any]:
    """Return, as data, how a task ended early; a Ctrl-C is a failure like others."""
    code = (ended.code if isinstance(ended, Exit) else None) or FAILED
    message = str(ended) or "Interrupted."
    error = {"kind": KINDS.get(code, "failed"), "message": message, "next": getattr(ended, "next", [])}
    return {"error": error, "exit": code}

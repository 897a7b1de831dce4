"""How a task ends when it cannot do what was asked: one line, and an exit code that means something."""

from __future__ import annotations

from invoke import Exit

FAILED, REFUSED, HELD = 1, 2, 3


class Failed(Exit):
    """Something was tried and the world is not as it should be; the message describes the state."""

    def __init__(self, message: str) -> None:
        super().__init__(message=message, code=FAILED)


class Refused(Exit):
    """Nothing was changed, because the request or the host does not allow it."""

    def __init__(self, message: str) -> None:
        super().__init__(message=message, code=REFUSED)


class Held(Exit):
    """Another run holds the lock of the deployment."""

    def __init__(self, message: str) -> None:
        super().__init__(message=message, code=HELD)


class ConnectionLost(Failed):
    """The SSH connection went away while a command was running."""

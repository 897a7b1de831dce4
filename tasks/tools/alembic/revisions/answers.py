"""What can be said of a commit whose migration graph cannot be given."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Undecidable:
    """The graph cannot be known without running code: why, and in which file; `torn`: it did not arrive whole."""

    reason: str
    path: str = ""
    torn: bool = False

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}" if self.path else self.reason


class UndecidedError(Exception):
    """Carries an `Undecidable` from where it is found to where it becomes the answer."""

    def __init__(self, reason: str, path: str = "") -> None:
        super().__init__(reason)
        self.answer = Undecidable(reason, path)

    def at(self, path: str) -> UndecidedError:
        """Return the same of the file `path`, where it names none yet."""
        return UndecidedError(self.answer.reason, self.answer.path or path)

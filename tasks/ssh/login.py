"""Past the login shell: whichever it is, and whatever it or its files say before a script of ours begins."""

from __future__ import annotations

from collections.abc import Callable

from .shell import quote

MARK = "-- fab-rollback begins --"
LONGEST_GREETING = 64_000  # characters that are kept of what is said before the mark
_LINE = f"\n{MARK}\n"
_SAY = f"printf '\\n%s\\n' '{MARK}'"
# What programs say is read: they have to say it in English, whatever the login's locale is.
BEGIN = f"{_SAY}; {_SAY} >&2; export LC_ALL=C\n"
# The streams come over the line one apart from the other: a greeting on one may come after the mark on the other.
BEGIN_MERGED = f"exec 2>&1; {_SAY}; export LC_ALL=C\n"


def command(script: str, merged: bool = False) -> str:
    """Return the command that has sh run `script`, after a mark on each stream; `merged`: both are one.

    It means the same to sh, bash, zsh and fish, for which a backslash in single quotes may be special.
    """
    begin = BEGIN_MERGED if merged else BEGIN
    return f"sh -c {quote(begin + script)}".replace("\\", "'\"\\\\\"'")


class Greeting:
    """Passes over what a stream holds before the mark."""

    def __init__(self) -> None:
        self._said: str | None = ""

    @property
    def waiting(self) -> bool:
        """Whether the mark is still to come."""
        return self._said is not None

    def past(self, text: str) -> str:
        """Return what `text`, the next part of the stream, holds after the mark."""
        if self._said is None:
            return text
        self._said += text
        before, mark, after = self._said.partition(_LINE)
        self._said = None if mark else before[-LONGEST_GREETING:]
        return after

    def rest(self) -> str:
        """Return what was said on a stream that ended without a mark: no script of ours has begun."""
        return self._said or ""


def skip(receive: Callable[[int], bytes]) -> None:
    """Read a stream to the end of the mark, and not a byte further."""
    greeting = Greeting()
    while greeting.waiting and (byte := receive(1)):
        greeting.past(byte.decode("latin-1"))

"""Text that came from elsewhere, made safe to show."""

from __future__ import annotations

import re

CONTROL = r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
LONGEST_LINE = 500  # characters of something foreign that stand in a message


def clean(text: str) -> str:
    """Return `text` without anything that could steer a terminal; line ends and tabs stay."""
    return re.sub(CONTROL, "�", text)


def one_line(text: str) -> str:
    """Return `text` cleaned, its white space folded, and only the end of it when it is long."""
    folded = " ".join(clean(text[-16 * LONGEST_LINE :]).split())
    return folded if len(folded) <= LONGEST_LINE else "..." + folded[-LONGEST_LINE:]


def last_line(text: str) -> str:
    """Return the last line that says something, cleaned and not too long."""
    lines = [line for line in text[-16 * LONGEST_LINE :].splitlines() if line.strip()]
    return one_line(lines[-1]) if lines else "failed and printed nothing"


def nearest(word: object, words: list[str]) -> str:
    """Return ", did you mean 'x'?" for the one of `words` that is close to `word`; empty if none is."""
    import difflib

    close = difflib.get_close_matches(str(word), words, n=1, cutoff=0.5)
    return f", did you mean {close[0]!r}?" if close else ""

"""A small chart of plain characters: a bar for each line, of parts that stand beside each other."""

from __future__ import annotations

from collections.abc import Sequence

WIDEST = 40  # characters of the longest bar


def bars(rows: Sequence[tuple[str, Sequence[int] | None]], signs: Sequence[str]) -> list[str]:
    """Return a line for each row: its name, its numbers drawn with the sign of each, and their sum.

    None instead of numbers is a question mark. What is more than nothing has one sign at the least.
    """
    most = max((sum(parts) for _name, parts in rows if parts), default=0)
    wide = max((len(name) for name, _parts in rows), default=0)
    scale = min(1.0, WIDEST / most) if most else 1.0
    return [f"{name.ljust(wide)}  {_bar(parts, signs, scale)}".rstrip() for name, parts in rows]


def _bar(parts: Sequence[int] | None, signs: Sequence[str], scale: float) -> str:
    if parts is None:
        return "?"
    drawn = "".join(sign * max(1, round(part * scale)) for part, sign in zip(parts, signs, strict=True) if part)
    return f"{drawn} {sum(parts)}".lstrip()

"""What an upgrade yields, column by column, compared with what a copy of before the downgrade holds."""

from __future__ import annotations

import json
from collections.abc import Iterator

from msgspec import Struct

NO_KEY = "no primary key to match its rows by"
KEY_CHANGES = "its rows cannot be matched, their key comes back different"


class Table(Struct, frozen=True):
    """One table: `rows` of the copy, of which `found` have their key again; `made` have one that is new.

    `key` are the columns of its primary key; where it has none, no row is found.
    """

    name: str
    rows: int
    found: int
    made: int
    key: list[str]

    @property
    def rekeyed(self) -> bool:
        """Whether rows come back under another key."""
        return bool(self.key and self.made and self.found < self.rows)

    @property
    def gone(self) -> int:
        """How many rows do not come back at all, as far as is known."""
        return 0 if self.rekeyed or not self.key else self.rows - self.found


class Column(Struct, frozen=True):
    """One column of a table that is not the same throughout.

    `differ` rows get another value than the copy has, `since` have one that they had before the upgrade already.
    """

    table: Table
    name: str
    differ: int
    since: int

    @property
    def title(self) -> str:
        """What it is called."""
        return f"{self.table.name}.{self.name}"

    @property
    def others(self) -> int:
        """How many rows get another value by the upgrade."""
        return self.table.rows - self.table.found if self._key_changes else self.differ

    @property
    def unknown(self) -> str:
        """Why it cannot be known whether its values come back; empty: it is known."""
        if not self.table.key:
            return NO_KEY
        return KEY_CHANGES if self.table.rekeyed and not self.others else ""

    @property
    def same(self) -> bool:
        """Whether all its values come back, of the rows that do."""
        return not (self.unknown or self.others or self.since)

    @property
    def _key_changes(self) -> bool:
        return self.table.rekeyed and self.name in self.table.key


class Compared(Struct, frozen=True):
    """What became of each table: those that are `alike` throughout, with their rows; the others, and their columns."""

    alike: dict[str, int] = {}
    tables: list[Table] = []
    columns: list[Column] = []

    @property
    def different(self) -> list[Column]:
        """The columns whose values the upgrade makes anew."""
        return [one for one in self.columns if one.others]

    @property
    def unknown(self) -> list[Column]:
        """The columns of which nothing can be known."""
        return [one for one in self.columns if one.unknown]

    @property
    def whole(self) -> bool:
        """Whether the upgrade brings back all values; those that were changed since apart."""
        return not (self.different or self.unknown)


def parse_compared(out: str) -> Compared:
    """Return what `compare.sh` printed. Raises ValueError, or KeyError, where that was cut off."""
    tables = {
        name: Table(name, int(rows), int(found), int(made), json.loads(key) if key else [])
        for name, rows, found, made, key in _lines(out, "TABLE")
    }
    return Compared(
        {name: int(rows) for name, rows in _lines(out, "ALIKE")},
        list(tables.values()),
        [Column(tables[table], name, int(differ), int(since)) for table, name, differ, since in _lines(out, "VALUE")],
    )


def _lines(out: str, word: str) -> Iterator[list[str]]:
    return (line.split("\t")[1:] for line in out.splitlines() if line.startswith(f"{word}\t"))

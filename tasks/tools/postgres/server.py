"""The server, its databases and what is in them, as the reading scripts printed them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ...console.units import size
from .names import Copy, parse_copy

COMMENT = re.compile(r"fab-rollback \w+ (\d+)")
PLAIN = re.compile(r"[a-z_][a-z0-9_$]*")


@dataclass(frozen=True)
class Member:
    """One database of the server; BYTES on disk, AGE in seconds if it is a dated copy."""

    name: str
    oid: int
    bytes: int
    encoding: str
    open: bool
    sessions: int
    copy: Copy | None
    age: int | None


@dataclass(frozen=True)
class Server:
    """The server: VERSION (150020 is 15.20), room on its disks in bytes, the database and its copies.

    DATA_FREE is None where the disks cannot be seen. BESIDE: whether the login may keep a copy beside the database, and
    rename both.
    """

    version: int
    standby: bool
    max_wal: int
    data_free: int | None
    wal_free: int
    one_disk: bool
    live: Member | None
    copies: tuple[Member, ...]
    beside: bool = True

    @property
    def free(self) -> str:
        """How much is free, in words."""
        return "how much is free there is not known" if self.data_free is None else f"{size(self.data_free)} are free"

    def fits(self, bytes_needed: int) -> bool:
        """Whether BYTES_NEEDED fit, as far as is known, beside all the WAL there may be, with 10 % left over."""
        if self.data_free is None:
            return True
        shared = self.max_wal if self.one_disk else 0
        return self.data_free >= (bytes_needed + shared) * 1.1 and self.wal_free >= self.max_wal * 1.1


def parse_server(output: str, live: str) -> Server:
    """Return what `server.sh` printed; LIVE is the name of the database that was asked about."""
    head, *rows = json_lines(output)
    members = [_member(row, live) for row in rows]
    data, wal, same = re.findall(r"^ROOM (?:unknown|(\d+) (\d+) ([01]))$", output, re.M)[0]
    return Server(
        version=head["version"],
        standby=head["standby"],
        max_wal=head["max_wal"],
        data_free=int(data) if data else None,
        wal_free=int(wal or 0),
        one_disk=same == "1",
        live=next((member for member in members if member.name == live), None),
        copies=tuple(member for member in members if member.copy),
        beside=not re.search(r"^beside false$", output, re.M),
    )


def parse_revisions(output: str) -> tuple[str, ...]:
    """Return the rows of Alembic's table, sorted, as `revisions.sql` printed them; none where there is no table."""
    head, *rows = output.splitlines()
    if head not in ("table", "none"):
        raise ValueError(f"{head!r} is not what revisions.sql begins with")
    return tuple(sorted(row for row in rows if row))


def parse_rows(output: str) -> dict[str, int]:
    """Return what `table-rows.sql` printed: how many rows each table has, by its `qualified` name."""
    return {qualified(row["schema"], row["table"]): row["rows"] for row in json_lines(output)}


def qualified(schema: str, table: str) -> str:
    """Return one spelling of a table's name: quoted where it must be, as in `public."Order"`."""
    return ".".join(name if PLAIN.fullmatch(name) else '"' + name.replace('"', '""') + '"' for name in (schema, table))


def surplus(live: Mapping[str, int], backup: Mapping[str, int | None]) -> dict[str, int]:
    """Return how many rows more each table of LIVE has than in BACKUP (unknown counts left out)."""
    more = {table: rows - (backup.get(table, 0) or 0) for table, rows in live.items()}
    return {t: n for t, n in more.items() if n > 0 and backup.get(t, 0) is not None}


def json_lines(output: str) -> Iterator[dict[str, Any]]:
    """Yield the objects that a script printed, one a line."""
    return (json.loads(line) for line in output.split("\n") if line.startswith("{"))


def _member(row: dict[str, Any], live: str) -> Member:
    dated = COMMENT.match(row.pop("comment"))
    now = row.pop("seconds")
    age = max(0, now - int(dated[1])) if dated else None
    return Member(**row, copy=parse_copy(row["name"], live), age=age)

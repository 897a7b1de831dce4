"""The server, its databases and what is in them, as the reading scripts printed them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

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
    """The server: VERSION (150020 is 15.20), room on its disks in bytes, the database and its copies."""

    version: int
    standby: bool
    max_wal: int
    data_free: int
    wal_free: int
    one_disk: bool
    live: Member | None
    copies: tuple[Member, ...]

    def fits(self, bytes_needed: int) -> bool:
        """Whether BYTES_NEEDED fit beside all the WAL there may be, with 10 % left over."""
        shared = self.max_wal if self.one_disk else 0
        return self.data_free >= (bytes_needed + shared) * 1.1 and self.wal_free >= self.max_wal * 1.1


def parse_server(output: str, live: str) -> Server:
    """Return what `server.sh` printed; LIVE is the name of the database that was asked about."""
    head, *rows = _lines(output)
    members = [_member(row, live) for row in rows]
    data, wal, same = map(int, re.findall(r"^ROOM (\d+) (\d+) ([01])$", output, re.M)[0])
    return Server(
        version=head["version"],
        standby=head["standby"],
        max_wal=head["max_wal"],
        data_free=data,
        wal_free=wal,
        one_disk=bool(same),
        live=next((member for member in members if member.name == live), None),
        copies=tuple(member for member in members if member.copy),
    )


def parse_revisions(output: str) -> tuple[str, ...]:
    """Return the rows of Alembic's table, sorted, as `revisions.sql` printed them; none where there is no table."""
    head, *rows = output.splitlines()
    if head not in ("table", "none"):
        raise ValueError(f"{head!r} is not what revisions.sql begins with")
    return tuple(sorted(row for row in rows if row))


def parse_rows(output: str) -> dict[str, int]:
    """Return what `table-rows.sql` printed: how many rows each table has, by its `qualified` name."""
    return {qualified(row["schema"], row["table"]): row["rows"] for row in _lines(output)}


def qualified(schema: str, table: str) -> str:
    """Return one spelling of a table's name: quoted where it must be, as in `public."Order"`."""
    return ".".join(name if PLAIN.fullmatch(name) else '"' + name.replace('"', '""') + '"' for name in (schema, table))


def surplus(live: Mapping[str, int], backup: Mapping[str, int | None]) -> dict[str, int]:
    """Return how many rows more each table of LIVE has than in BACKUP (unknown counts left out)."""
    more = {table: rows - (backup.get(table, 0) or 0) for table, rows in live.items()}
    return {t: n for t, n in more.items() if n > 0 and backup.get(t, 0) is not None}


def _lines(output: str) -> Iterator[dict[str, Any]]:
    return (json.loads(line) for line in output.split("\n") if line.startswith("{"))


def _member(row: dict[str, Any], live: str) -> Member:
    dated = COMMENT.match(row.pop("comment"))
    now = row.pop("seconds")
    age = max(0, now - int(dated[1])) if dated else None
    return Member(**row, copy=parse_copy(row["name"], live), age=age)

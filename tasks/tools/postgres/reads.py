"""Questions to the server that change nothing, each with what its answer means.

A probe raises Refused, with what PostgreSQL said, where there is no answer; `optional` makes that None.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from ...console.errors import Refused, Stopped
from ...console.text import one_line
from ...ssh.probe import Answers, Probe, single
from ...ssh.shell import Answer
from .names import stem
from .psql import Database, call, read
from .server import Server, parse_revisions, parse_rows, parse_server
from .sessions import Session, parse_sessions

Found = TypeVar("Found")
Other = TypeVar("Other")


def optional(probe: Probe[Found]) -> Probe[Found | None]:
    """Return the probe that finds None where `probe` gets no answer, or none in time."""
    return _or(probe, lambda _stopped: None)


def or_why(probe: Probe[Found]) -> Probe[Found | str]:
    """Return the probe that finds, in a line, why `probe` gets no answer, or none in time."""
    return _or(probe, lambda why: one_line(why.reason if isinstance(why, Refused) else str(why).rstrip(".")))


def _or(probe: Probe[Found], other: Callable[[Stopped], Other]) -> Probe[Found | Other]:
    def attempt(answers: Answers) -> Found | Other:
        try:
            return probe.read(answers)
        except Stopped as stopped:
            return other(stopped)

    return Probe(probe.commands, attempt, probe.first)


def server(db: Database) -> Probe[Server]:
    """Return the probe of version, disk room, and size and state of `db` and its copies."""
    return single(call(db, "reads/server", stem(db.name) + "__"), _read(lambda out: parse_server(out, db.name)))


def sessions(db: Database) -> Probe[tuple[Session, ...]]:
    """Return the probe of those that are connected to `db`."""
    return single(read(db, "sessions", on=db.maintenance), _read(parse_sessions))


def revisions(db: Database, table: str = "alembic_version", schema: str = "", on: str = "") -> Probe[tuple[str, ...]]:
    """Return the probe of the rows of Alembic's `table` in `db` (or in the database `on`), none without the table.

    Without `schema` the login's search path finds it. Stands for "View Current Migration".
    """
    return single(read(db, "revisions", on, schema=schema, table=table), _read(parse_revisions))


def rows(db: Database, on: str = "") -> Probe[dict[str, int]]:
    """Return the probe of the exact number of rows of every table of `db` (or of the database `on`)."""
    return single(read(db, "table-rows", on), _read(parse_rows))


def columns(db: Database, on: str = "") -> Probe[set[str]]:
    """Return the probe of every column of `db` (or of the database `on`), as `TABLE COLUMN`."""
    return single(read(db, "columns", on), _read(lambda out: set(out.split("\n")) - {""}))


def values(db: Database, table: str, schema: str = "", column: str = "") -> Probe[tuple[int, int]]:
    """Return the probe of a table's rows, and of those with a value in `column`; Refused where they are not there."""
    return single(read(db, "values", schema=schema, table=table, column=column), _read(_counted))


def tables_size(db: Database) -> Probe[int]:
    """Return the probe of the bytes that a compressed dump of `db` takes at the most."""
    return single(read(db, "tables-size"), _read(lambda out: int(float(out))))


def there(db: Database, name: str) -> Probe[bool]:
    """Return the probe of whether the server of `db` has a database called `name`."""
    return single(read(db, "there", on=db.maintenance, name=name), _read(lambda out: bool(out.strip())))


def stands(db: Database) -> Probe[bool]:
    """Return the probe of whether `db` is there, whole, and can be connected to."""
    return single(read(db, "there", on=db.maintenance, name=db.name), _read(lambda out: out.strip() == "t"))


def inspect(db: Database, path: str, versions: str, reports: str = "", decrypt: str = "") -> str:
    """Return the call that reads the backup at `path` once and prints all about it, for `parse_backup`.

    `versions` is Alembic's table (schema.table), `reports` a folder that keeps what was found, `decrypt` the command
    that opens what is sealed.
    """
    return call(db, "backups/inspect", path, VERSIONS=versions, REPORTS=reports, DECRYPT=decrypt)


def _read(parse: Callable[[str], Found]) -> Callable[[Answer], Found]:
    def value(answer: Answer) -> Found:
        if not answer.ok:
            raise Refused(f"{(answer.err or 'PostgreSQL did not answer').strip().rstrip('.')}.")
        try:
            return parse(answer.out)
        except (ValueError, LookupError):
            raise Refused("PostgreSQL's answer was cut off.") from None

    return value


def _counted(out: str) -> tuple[int, int]:
    rows, values = re.findall(r"^= (\d+) (\d+)$", out, re.MULTILINE)[0]
    return int(rows), int(values)

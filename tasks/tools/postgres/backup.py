"""What an inspection found in a backup, and whether that can be restored."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from .server import qualified

# What a dump is, once it is opened and unpacked; plain SQL that was packed is called by what unpacks it.
Kind = Literal["plain", "gzip", "zstd", "xz", "bzip2", "lz4", "custom", "directory", "tar", "unknown"]
Checksum = Literal["ok", "bad", "none"]
PART = re.compile(r'"((?:[^"]|"")*)"|([^".]+)')


@dataclass(frozen=True)
class Forbidden:
    """A command that would reach beyond the database: its line in the dump, its beginning."""

    line: int
    text: str


@dataclass(frozen=True)
class Section:
    """The dump of one database: its size as SQL, rows per table (None: cannot be told), Alembic's revisions.

    Attributes:
        raw: how the dump's `\\connect` names it ("" in a dump that names none).
        defines: whether it creates tables.
        extensions: those that it creates.
        vital_roles: those without which it cannot be loaded.
        recreates_public: whether it was made of one schema, and creates even the one that every database has.
    """

    raw: str = ""
    complete: bool = True
    bytes: int = 0
    rows: dict[str, int | None] = field(default_factory=dict)
    revisions: tuple[str, ...] = ()
    defines: bool = True
    extensions: tuple[str, ...] = ()
    vital_roles: tuple[str, ...] = ()
    recreates_public: bool = False

    @property
    def timescale(self) -> bool:
        """Whether TimescaleDB has to be told before and after it is loaded."""
        return "timescaledb" in self.extensions

    @property
    def database(self) -> str | None:
        """The name of the database the section was taken from."""
        return connected(self.raw) if self.raw else None


@dataclass(frozen=True)
class Backup:
    """A backup on the host: BYTES as it lies there, UNCOMPRESSED as SQL, MODIFIED in epoch seconds.

    Attributes:
        sum: the kind of the checksum beside it.
        packed: what opens and unpacks it, in that order.
        lacking: the extensions of it that the server does not offer.
    """

    path: str
    kind: Kind
    bytes: int
    modified: int
    checksum: Checksum
    reason: str = ""
    readable: bool = True
    complete: bool = False
    cluster: bool = False
    uncompressed: int = 0
    server: str = ""
    dumper: str = ""
    encoding: str = ""
    database: str | None = None
    forbidden: tuple[Forbidden, ...] = ()
    roles: tuple[str, ...] = ()
    missing_roles: tuple[str, ...] | None = ()
    sections: tuple[Section, ...] = ()
    sum: str = "sha256"
    packed: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()

    @property
    def archive(self) -> bool:
        """Whether pg_restore reads it."""
        return self.kind in ("custom", "directory", "tar")

    @property
    def major(self) -> int | None:
        """The major version of the server that the dump was taken from."""
        return int(self.server.split(".")[0]) if self.server[:1].isdigit() else None

    def section(self, database: str) -> Section | None:
        """Return the part for DATABASE, or the only part of a dump that names no database."""
        named = [part for part in self.sections if part.raw]
        if not named:
            return next(iter(self.sections), Section())
        return next((part for part in named if part.database == database), None)

    @property
    def problems(self) -> tuple[str, ...]:
        """Why the file is no whole, readable dump (none: it can be restored)."""
        damage = [
            (self.kind == "unknown", f"it is not a dump of PostgreSQL: {self.reason}"),
            (bool(self.reason), self.reason),
            (not self.readable, "it cannot be read to its end: it is damaged or cut off"),
            (not self.complete, "its last line is missing: it is cut off"),
        ]
        first = next((text for wrong, text in damage if wrong), None)
        checksum = f"its {self.sum} is not the one in the file beside it" if self.checksum == "bad" else None
        return tuple(text for text in (checksum, first) if text)


def connected(raw: str) -> str:
    """Return the database that the arguments RAW of a `\\connect` name."""
    quoted = re.fullmatch(r'-reuse-previous=on "(.*)"', raw)
    if quoted:
        value = quoted[1].replace('""', '"').removeprefix("dbname=").removeprefix("'").removesuffix("'")
        return re.sub(r"\\(.)", r"\1", value)
    return raw[1:-1].replace('""', '"') if raw.startswith('"') else raw


def canonical(raw: str) -> str:
    """Return the `qualified` name of a table as a dump spells it."""
    parts = [plain or quoted.replace('""', '"') for quoted, plain in PART.findall(raw)]
    return qualified(*parts[:2]) if len(parts) > 1 else raw


def parse_backup(output: str, path: str) -> Backup:
    """Return what `inspect.sh` printed about the backup at PATH; raises ValueError if it was cut."""
    lines = [line.split("\t") for line in output.split("\n")]
    one = {line[0]: line[1:] for line in lines}
    if "FILE" not in one or not ("KIND" in one or "REASON" in one):
        raise ValueError("the inspection of the backup did not come to its end")
    kind, size, modified = one["FILE"]
    checksum, *sums = one["CHECKSUM"]
    not_sql = one.get("KIND") == ["none"]
    return Backup(
        path=path,
        kind="unknown" if not_sql else cast(Kind, kind),
        bytes=int(size),
        modified=int(modified),
        checksum=cast(Checksum, checksum),
        sum="".join(sums) or "sha256",
        packed=tuple("".join(one.get("PACKED", [])).split()),
        reason="it does not begin as pg_dump does" if not_sql else "".join(one.get("REASON", [])),
        sections=_sections(lines),
        **_scanned(lines, one),
    )


def _scanned(lines: list[list[str]], one: Mapping[str, list[str]]) -> dict[str, Any]:
    return {
        "forbidden": tuple(Forbidden(int(line[1]), line[2]) for line in lines if line[0] == "FORBIDDEN"),
        "roles": _all(lines, "ROLE"),
        "missing_roles": None if "ROLES" in one else _all(lines, "MISSING"),
        "lacking": _all(lines, "LACKS"),
        "readable": "UNREADABLE" not in one,
        "complete": one.get("COMPLETE") == ["1"],
        "cluster": one.get("KIND") == ["cluster"],
        "uncompressed": int(one.get("BYTES", ["0"])[0]),
        "server": one.get("SERVER", [""])[0],
        "dumper": one.get("DUMPER", [""])[0],
        "encoding": one.get("ENCODING", [""])[0],
        "database": one.get("DATABASE", [None])[0],
    }


def _all(lines: list[list[str]], *begin: str) -> tuple[str, ...]:
    """Return what follows in the lines that begin with these words, each once."""
    return tuple(dict.fromkeys(line[len(begin)] for line in lines if line[: len(begin)] == [*begin]))


def _sections(lines: list[list[str]]) -> tuple[Section, ...]:
    named = {line[1]: (line[2] == "1", int(line[3])) for line in lines if line[0] == "SECTION"}
    total = next((int(line[1]) for line in lines if line[0] == "BYTES"), 0)
    rows = [line[1:] for line in lines if line[0] == "ROWS"]
    return tuple(
        Section(
            raw=raw,
            complete=complete,
            bytes=size,
            rows={canonical(t): None if int(n) < 0 else int(n) for where, t, n in rows if where == raw},
            revisions=_all(lines, "REVISION", raw),
            defines=raw in _all(lines, "DEFINES"),
            extensions=tuple(name.strip('"') for name in _all(lines, "EXTENSION", raw)),
            vital_roles=_all(lines, "VITAL", raw),
            recreates_public=raw in _all(lines, "RECREATES"),
        )
        for raw, (complete, size) in (named or {"": (True, total)}).items()
    )

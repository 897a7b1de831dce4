"""The calls that change a database, or write a backup: each proves its result, and can be run again after a cut.

They end 0 (done and proven), 1 (failed) or 2 (refused: nothing was changed), the reason as one line on stderr.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from ...ssh.shell import Word
from .backup import Backup, Section
from .names import copy_name, parse_copy
from .psql import Database, call

Form = Literal["directory", "custom", "plain", "gzip", "zstd"]
VERSIONS = "public.alembic_version"


@dataclass(frozen=True)
class Restore:
    """A backup, or a `section` of it, that becomes the new copy of `run`.

    `work` is a folder for notes and `reports` the one where checks keep what they found, both relative to the
    login's home; `versions` is Alembic's table (schema.table). Without `owners`, what the file says of owners and
    grants is left out. `decrypt` is the command that opens what is sealed.
    """

    backup: Backup
    run: str
    work: str
    section: Section = field(default_factory=Section)
    owners: bool = True
    versions: str = VERSIONS
    reports: str = ""
    decrypt: str = ""

    @property
    def by_sql(self) -> bool:
        """Whether it has to be loaded as one stream of SQL, although it is an archive."""
        return self.backup.archive and (self.section.recreates_public or self.section.timescale)

    def variables(self, db: Database) -> dict[str, str]:
        """Return what `restore.sh` reads of the environment; raise ValueError for what must not be restored."""
        if self.backup.problems:
            raise ValueError(f"{self.backup.path}: {self.backup.problems[0]}")
        if not self.section.raw and (self.backup.cluster or self.backup.forbidden):
            raise ValueError(f"{self.backup.path} holds commands for other databases: choose the section to restore")
        return {**self._told(db), **{name: "1" for name, on in self._switches().items() if on}}

    def _told(self, db: Database) -> dict[str, str]:
        return {
            "BACKUP": self.backup.path,
            "KIND": self.backup.kind,
            "BYTES": str(self.backup.bytes or ""),
            "SQL_BYTES": str(self.section.bytes or self.backup.uncompressed),
            "SECTION": self.section.raw,
            "COPY": copy_name(db.name, "new", self.run),
            "RUN": self.run,
            "WORK": self.work,
            "REPORTS": self.reports,
            "VERSIONS": self.versions,
            "DECRYPT": self.decrypt,
        }

    def _switches(self) -> dict[str, bool]:
        return {
            "NO_OWNERS": not self.owners,
            "BY_SQL": self.by_sql,
            "TIMESCALE": self.section.timescale,
            "OF_A_SCHEMA": self.section.recreates_public and not self.section.extensions,
        }


def snapshot(db: Database, run: str) -> str:
    """Return the call that clones `db` to the copy `snap` of `run`; it refuses (2) where that does not fit."""
    return call(db, "copies/snapshot", copy_name(db.name, "snap", run), copy_name(db.name, "new", run))


def clone_or_dump(db: Database, run: str, path: str, reports: str, versions: str = VERSIONS) -> str:
    """Return the call that clones `db` as `snapshot` does or, where that cannot be, writes a backup to `path`."""
    names = (copy_name(db.name, "snap", run), copy_name(db.name, "new", run))
    return call(db, "copies/clone-or-dump", *names, path, REPORTS=reports, VERSIONS=versions)


def unread(dump: str) -> Backup:
    """Return the backup that `clone_or_dump` writes to the path `dump`, where it does, before it is there."""
    return Backup(dump, "custom", 0, 0, "ok", complete=True)


def put_back(db: Database, restore: Restore, by_hand: str) -> str:
    """Return the call that puts back what `clone_or_dump` made, after a migration that failed, or names `by_hand`."""
    names = (copy_name(db.name, "snap", restore.run), copy_name(db.name, "old", restore.run))
    return call(db, "copies/put-back", *names, restore.backup.path, BY_HAND=by_hand, **restore.variables(db))


def write_backup(db: Database, path: str, form: Form, reports: str, versions: str = VERSIONS) -> str:
    """Return the call that dumps `db` to `path` on the host, its sha256 beside it, and reads it once more."""
    return call(db, "backups/write-backup", path, form, REPORTS=reports, VERSIONS=versions)


def restore(db: Database, wanted: Restore) -> str:
    """Return the call of the second half of "Restore from Backup": beside the live database, compared with the file."""
    return call(db, "restore/restore", **wanted.variables(db))


def load_same(db: Database, wanted: Restore) -> str:
    """Return the call that replaces what the live database holds by a backup, in one transaction; all or nothing."""
    return call(db, "restore/load-same", **wanted.variables(db))


def try_restore(db: Database, wanted: Restore, checks: list[str]) -> str:
    """Return the call that restores a backup into a server of its own, and asks `checks` (SQL) of it; nothing stays."""
    return call(db, "restore/try-restore", CHECKS="\n".join(checks), **wanted.variables(db))


def drop_live(db: Database, wanted: Restore) -> str:
    """Return the call that drops `db` itself to make room for what `restore` then loads; only a dump brings it back."""
    return call(db, "copies/drop-live", **wanted.variables(db))


def swap(db: Database, incoming: str, outgoing: str) -> str:
    """Return the call that makes the database `incoming` the live one and keeps the present one as `outgoing`."""
    return call(db, "copies/swap", incoming, outgoing)


def take(db: Database, incoming: str) -> str:
    """Return the call that gives `incoming` the live name, where there is no live database any more."""
    return call(db, "copies/swap", incoming)


def drop_copy(db: Database, name: str) -> str:
    """Return the call that drops the copy `name` of `db`, or raise ValueError: the live one is none."""
    if name == db.name or parse_copy(name, db.name) is None:
        raise ValueError(f"{name!r} is not a copy of {db.name!r}")
    return call(db, "copies/drop-copy", name)


def stop(db: Database) -> str:
    """Return the call that ends the sessions of the step that is the first argument of the script it stands in."""
    return call(db, "sessions/stop-sessions", Word('"$1"'))

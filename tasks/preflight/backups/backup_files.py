"""The folder of the backups: how files in it are called, what lies there, and which of it may go."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...ssh import scripts
from ...tools.postgres.backup import Backup, parse_backup

FORMATS = {"plain": "sql", "gz": "sql.gz", "zst": "sql.zst", "custom": "dump", "directory": "dir"}


@dataclass(frozen=True)
class Found:
    """A file or folder in the folder of the backups; MODIFIED in epoch seconds; CHECKED: its last check, if any."""

    path: str
    bytes: int
    modified: int
    kind: str
    checksum: bool
    revisions: tuple[str, ...]
    checked: Backup | None = None

    @property
    def name(self) -> str:
        """The name in its folder."""
        return self.path.rpartition("/")[2]

    @property
    def report(self) -> str:
        """The name of the file that keeps what a check found: it fits one state of one file only."""
        return f"{self.name}.{self.bytes}.{self.modified}"

    @property
    def good(self) -> bool:
        """Whether it was checked, as it is now, and found whole."""
        return self.checked is not None and not self.checked.problems

    @property
    def verdict(self) -> str:
        """Whether it was verified, in a word or a sentence."""
        if self.checked is None:
            return "not checked yet"
        return "; ".join(self.checked.problems) or "verified"


def file_name(database: str, run: str, form: str) -> str:
    """Return NAME_YYYYMMDD-HHMMSS.ext for the backup that a run makes; the time is that of the run's id (UTC)."""
    return f"{stem(database)}_{run[:15]}.{FORMATS[form]}"


def stem(database: str) -> str:
    """Return what the names of a database's backups begin with."""
    return re.sub(r"[^A-Za-z0-9.-]", "_", database).lstrip(".-") or "database"


def ours(name: str, database: str) -> bool:
    """Whether `backups.create` may have written a file of that name for DATABASE."""
    ends = "|".join(re.escape(end) for end in FORMATS.values())
    return re.fullmatch(rf"{re.escape(stem(database))}_\d{{8}}-\d{{6}}\.({ends})", name) is not None


def listing(folder: str, reports: str, **variables: str) -> str:
    """Return a read-only command that prints what lies in FOLDER; paths are relative to the login's home.

    REPORTS is the folder where checks keep what they found; the variables are those of a database, whose container may
    be empty.
    """
    return scripts.call("tools/postgres/list-backups.sh", folder, reports, **variables)


def parse_listing(out: str, folder: str) -> list[Found]:
    """Return what `listing` printed, the newest first."""
    found = []
    for block in f"\n{out}".split("\nBACKUP\t")[1:]:
        head, _, report = block.partition("\n")
        size, modified, kind, checksum, name = head.split("\t", 4)
        path = f"{folder.rstrip('/')}/{name}"
        found.append(_found(path, int(size), int(modified), kind, checksum == "1", report))
    return sorted(found, key=lambda f: (f.modified, f.name), reverse=True)


def _found(path: str, size: int, modified: int, kind: str, checksum: bool, report: str) -> Found:
    try:
        checked = parse_backup(report, path)
    except ValueError:
        probed = tuple(line.partition("\t")[2] for line in report.splitlines() if line.startswith("REVISION\t"))
        return Found(path, size, modified, kind, checksum, probed)
    revisions = tuple(dict.fromkeys(r for section in checked.sections for r in section.revisions))
    return Found(path, size, modified, kind, checksum, revisions, checked)


def to_prune(found: list[Found], database: str, keep: int) -> list[Found]:
    """Return the backups to remove, of those that `backups.create` made: all but the KEEP newest.

    The newest one that is known to be whole stays as well, however old.
    """
    own = [f for f in found if ours(f.name, database)]
    safe = next((f for f in own if f.good), None)
    return [f for f in own[max(keep, 1) :] if f is not safe]


def remove(found: list[Found], reports: str) -> str:
    """Return the call that removes backups, their checksums and reports, and proves that they are gone."""
    named = [word for one in found for word in (one.path, one.report)]
    return scripts.call("tools/postgres/remove-backups.sh", reports, *named)

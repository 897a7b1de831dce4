"""The folder of the backups: how files in it are called, what lies there, and which of it may go."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime

from ...ssh import scripts
from ...ssh.shell import quote
from ...tools.postgres.backup import Backup, parse_backup
from ...tools.postgres.names import parse_copy
from . import backup_names

FORMATS = {"plain": "sql", "gz": "sql.gz", "zst": "sql.zst", "custom": "dump", "directory": "dir"}

ELSEWHERE = "fetch:"  # what the path begins with of a backup that a configured command fetches
NO_BACKUP = re.compile(r"(\.(sha256|sha512|sha1|md5|log|part|tmp)|SUMS|/)$|globals", re.IGNORECASE)
LISTED = re.compile(
    r"(?:(?P<day>\d{4}-\d\d-\d\d)[ T](?P<clock>\d\d:\d\d:\d\d)\S*\s+(?P<size>\d+)|"
    r"\s*(?P<size_>\d+)\s+(?P<day_>\d{4}-\d\d-\d\d)\s+(?P<clock_>\d\d:\d\d:\d\d)\S*)\s+(?P<name>\S.*)"
)


@dataclass(frozen=True)
class Found:
    """A backup in the folder of the backups, or one that a configured command reaches; MODIFIED in epoch seconds.

    Attributes:
        sum: the kind of checksum that lies beside it, if any.
        checked: its last check, if any; `restored` what became of its last restore into a throw-away server.
        taken: when it was made, in epoch seconds: as its name says, else as its file's time does.
        ours: whether it is of the live database; None: nothing says of which.
        owner: whose it is, where the login may not read it.
        fetched: the name that the configured command takes; empty: it lies on the host.
        brought: whether it lies on the host because that command fetched it.
    """

    path: str
    bytes: int
    modified: int
    kind: str
    sum: str
    revisions: tuple[str, ...]
    checked: Backup | None = None
    restored: str = ""
    taken: int = 0
    ours: bool | None = None
    owner: str = ""
    fetched: str = ""
    brought: bool = False

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
        if self.owner:
            return f"NOT READABLE, it belongs to {self.owner}: sudo setfacl -R -m u:$USER:rX {quote(self.path)}"
        if self.checked is None:
            return self.restored or ("not checked yet" if not self.fetched else "elsewhere")
        return "; ".join([*(self.checked.problems or ["verified"]), *([self.restored] if self.restored else [])])


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


def listing(folder: str, reports: str, *, elsewhere: str = "", quick: bool = False, **variables: str) -> str:
    """Return a read-only command that prints what lies in FOLDER; paths are relative to the login's home.

    REPORTS is the folder where checks keep what they found, ELSEWHERE the command that lists other backups; the
    variables are those of a database, whose container may be empty. With QUICK, no backup is looked into.
    """
    more = {"LIST": elsewhere, "QUICK": "1" if quick else ""}
    return scripts.call("tools/postgres/backups/list-backups.sh", folder, reports, **variables, **more)


def parse_listing(out: str, folder: str, database: str) -> list[Found]:
    """Return what `listing` printed, the newest first. Raises ValueError where the configured command failed."""
    head, *blocks = f"\n{out}".split("\nBACKUP\t")
    lines = [line.split("\t") for line in out.split("\n")]
    if broken := next((line[1] for line in lines if line[0] == "BROKEN"), ""):
        raise ValueError(broken)
    others = [line[1] for line in lines if line[0] == "OTHER"] + [_says(block) for block in blocks]
    found = [_found(folder, block, database) for block in blocks]
    found += [_unreadable(folder, line) for line in lines if line[0] == "FOREIGN"]
    found += _elsewhere([line.partition("\t")[2] for line in head.split("\n") if line.startswith("ELSEWHERE\t")])
    return sorted((_named(one, database, others) for one in found), key=lambda f: (f.taken, f.name), reverse=True)


def _found(folder: str, block: str, database: str) -> Found:
    head, _, report = block.partition("\n")
    size, modified, kind, checksum, says, name = head.split("\t", 5)
    path = f"{folder.rstrip('/')}/{name}"
    checked = _checked(report, path)
    lines = [line.partition("\t") for line in report.split("\n")]
    revisions = tuple(dict.fromkeys(value.split("\t")[-1] for key, _, value in lines if key == "REVISION"))
    return Found(
        path,
        int(size),
        int(modified),
        checked.kind if checked else kind,
        checksum,
        revisions,
        checked,
        restored=next((value for key, _, value in lines if key == "RESTORED"), ""),
        ours=_holds(checked, says, database),
        brought="FETCHED" in report.split("\n"),
    )


def _says(block: str) -> str:
    """Return the database that a backup says it is of: others with its name in theirs are of it as well."""
    return block.split("\t", 5)[4]


def _checked(report: str, path: str) -> Backup | None:
    try:
        return parse_backup(report, path)
    except ValueError:
        return None


def _holds(checked: Backup | None, says: str, database: str) -> bool | None:
    """Return whether a backup itself says that it is of a database; None where it does not say of which."""
    named = [s.database for s in checked.sections if s.raw] if checked else []
    named += [name for name in (says, checked.database if checked else None) if name]
    return any(one == database or parse_copy(one or "", database) for one in named) if named else None


def _named(one: Found, database: str, others: list[str]) -> Found:
    ours = backup_names.is_of(one.path, database, others) if one.ours is None else one.ours
    return replace(one, taken=backup_names.taken(one.path, one.modified), ours=ours)


def _unreadable(folder: str, line: list[str]) -> Found:
    return Found(f"{folder.rstrip('/')}/{line[3]}", 0, int(line[2]), "unreadable", "", (), owner=line[1])


def _elsewhere(lines: list[str]) -> list[Found]:
    """Return the backups that a configured command named: names alone, or as `aws s3 ls` or `rclone lsl` print them."""
    told = [_line(line) for line in lines]
    named = [one for one in told if one["name"] and not NO_BACKUP.search(one["name"])]
    return [
        Found(
            f"{ELSEWHERE}{one['name']}",
            int(one.get("size") or 0),
            int(datetime.fromisoformat(f"{one['day']}T{one['clock']}+00:00").timestamp()) if one.get("day") else 0,
            "elsewhere",
            "",
            (),
            fetched=one["name"],
        )
        for one in named
    ]


def _line(line: str) -> dict[str, str]:
    found = LISTED.fullmatch(line)
    if not found:
        return {"name": line.strip()}
    return {name.rstrip("_"): value for name, value in found.groupdict().items() if value}


def remove(found: list[Found], reports: str) -> str:
    """Return the call that removes backups, their checksums and reports, and proves that they are gone."""
    named = [word for one in found for word in (one.path, one.report)]
    return scripts.call("tools/postgres/backups/remove-backups.sh", reports, *named)

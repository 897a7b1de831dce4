"""The folder of the backups: how files in it are called, what lies there, and which of it may go."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass

from ..ssh.shell import home
from ..tools.postgres.backup import Backup, parse_backup

FORMATS = {"plain": "sql", "gz": "sql.gz", "zst": "sql.zst", "custom": "dump", "directory": "dir"}
PROBE = 5  # seconds that the revision of a file that was never checked may take

# Prints BACKUP lines, each followed by the report of the file's last check, or by its revision if that is quick.
LISTING = r"""
cd {folder} 2>/dev/null || exit 0
revision() {{
  awk '/^COPY .*alembic_version"? \(/ {{ on = 1; next }} on && $0 == "\\." {{ exit }} on {{ print "REVISION\t" $0 }}'
}}
kind() {{
  [ ! -d "$1" ] || {{ echo directory; return; }}
  case $(od -An -tx1 -N5 "$1" | tr -d ' \n') in
    5047444d50) echo custom ;; 1f8b*) echo gzip ;; 28b52ffd*) echo zstd ;; *) echo plain ;;
  esac
}}
probe() {{
  case $1 in
    plain) timeout {probe} cat "$2" ;;
    gzip|zstd) timeout {probe} $1 -dcq <"$2" ;;
    custom) [ -z "$d" ] || docker exec -i "$d" timeout {probe} pg_restore -a -t alembic_version -f - <"$2" ;;
  esac 2>/dev/null | revision
}}
for f in *; do
  case $f in *.sha256|*.part|*.part.err|*[[:cntrl:]]*) continue ;; esac
  [ -f "$f" ] || [ -f "$f/toc.dat" ] || continue
  [ -r "$f" ] || continue
  if [ -d "$f" ]; then s=$(du -sk "$f" | awk '{{ printf "%.0f", $1 * 1024 }}'); else s=$(wc -c <"$f"); fi
  s=$((s)); m=$(stat -c %Y "$f"); k=$(kind "$f")
  printf 'BACKUP\t%s\t%s\t%s\t%s\t%s\n' "$s" "$m" "$k" "$([ -e "$f.sha256" ] && echo 1 || echo 0)" "$f"
  cat {reports}/"$f.$s.$m" 2>/dev/null || probe $k "$f"
done
"""


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


def report_name(backup: Backup) -> str:
    """Return the name of the file that keeps what a check found: it fits one state of one file only."""
    return f"{backup.path.rstrip('/').rpartition('/')[2]}.{backup.bytes}.{backup.modified}"


def listing(folder: str, reports: str, container: str) -> str:
    """Return a read-only command that prints what lies in FOLDER; paths are relative to the login's home.

    CONTAINER is a command that prints the database's container, or nothing.
    """
    return f"d=$({container})\n" + LISTING.format(folder=home(folder), reports=home(reports), probe=PROBE)


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
    """Return a script that removes backups, their checksums and reports, and proves that they are gone."""
    lines = ["set -eu"]
    for one in found:
        path = home(one.path)
        report = f"{home(reports)}/{shlex.quote(f'{one.name}.{one.bytes}.{one.modified}')}"
        lines.append(f"rm -rf {path} {path}.sha256 {report}")
        lines.append(f"[ ! -e {path} ] || {{ echo {shlex.quote(f'{one.path} is still there')} >&2; exit 1; }}")
    return "\n".join(lines)

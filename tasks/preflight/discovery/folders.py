"""Where backups are: the folders that backup tools write to, and what lies there."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence

from ...config.writing import Line
from ...console.units import moment
from ...tools.compose.projects import Landscape, Member
from ..backups import backup_choice
from ..backups.backup_files import Found

USUAL = ("backups", "backup", "db-backups", "db_backups", "pg_backups", "dumps")
ELSEWHERE = ("/var/backups/postgresql", "/var/backups/postgres", "/var/lib/autopostgresqlbackup", "/backups", "/backup")
OWN = "backups"  # where `backups.create` writes unless told otherwise


def to_look(land: Landscape, path: str) -> list[str]:
    """Return the folders to look into, as hosts.yaml names them; what a container writes backups to comes first."""
    bound = [land.path(source) for one in land.members for source in _written_by(one)]
    beside = posixpath.dirname(path)
    near = [posixpath.join(folder, name) for folder in dict.fromkeys(("", path, beside)) for name in USUAL]
    return list(dict.fromkeys([*bound, *near, *ELSEWHERE]))


def _written_by(member: Member) -> list[str]:
    about = f"{member.kind} {member.service}"
    return [source for inside, source in member.mounts.items() if "backup" in inside or "backup" in about]


def guess(found: Mapping[str, Sequence[Found]], database: str) -> Line:
    """Return the folder that holds the newest backup of the database."""
    newest = {folder: backup_choice.latest(list(files), database)[0] for folder, files in found.items()}
    known = {folder: one for folder, one in newest.items() if one is not None}
    if not known:
        unreadable = [folder for folder, files in found.items() if any(one.owner for one in files)]
        why = (
            f"no backup was seen in {', '.join(unreadable)} that the login can read" if unreadable else "none was seen"
        )
        return Line(("database", "backups"), OWN, f"{why}; backups.create writes there")
    folder = max(known, key=lambda one: (known[one].ours is True, known[one].taken))
    one = known[folder]
    why = f"{len(found[folder])} there, the newest of {moment(one.taken)}: {one.name}"
    if not one.ours:
        why += f"; look it over: nothing says that it is of {database}"
    return Line(("database", "backups"), folder, why)

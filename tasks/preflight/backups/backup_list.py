"""The backups that lie there, and what a check found in one, for the screen and as data."""

from __future__ import annotations

from typing import Any

from ...console import terminal as console
from ...console.commands import JOINT
from ...console.units import age, size
from ...tools.postgres.backup import Backup, Section
from .backup_files import Found

CHECKSUMS = {"ok": "right", "bad": "WRONG", "none": "none beside it: a flipped bit would not be seen"}


def row(one: Found, now: int) -> tuple[str, ...]:
    """Return the line of a table about a backup; `now` is the host's clock (seconds)."""
    verdict = one.verdict + (f" ({one.sum})" if one.sum and one.good else "")
    other = " (of another database)" if one.ours is False else ""
    measured = [age(max(0, now - one.taken)) if one.taken else "?", size(one.bytes)]
    how_old, how_large = (text.replace(" ", JOINT) for text in measured)
    return f"{one.path}{other}", how_old, how_large, one.kind, ", ".join(one.revisions) or "?", verdict


def as_dict(one: Found, now: int) -> dict[str, Any]:
    """Return what is known of a backup, as data; `now` is the host's clock (seconds)."""
    known = {name: getattr(one, name) for name in ("path", "bytes", "modified", "taken", "ours")}
    return {
        **known,
        "checksum": bool(one.sum),
        "age": max(0, now - one.taken),
        "format": one.kind,
        "revision": list(one.revisions),
        "verified": None if one.checked is None else one.good,
        "verdict": one.verdict,
    }


def described(backup: Backup, section: Section | None) -> dict[str, Any]:
    """Return what a check found, as data."""
    plain = ("path", "kind", "bytes", "uncompressed", "modified", "checksum", "server", "dumper", "encoding", "cluster")
    return {
        **{name: getattr(backup, name) for name in (*plain, "sum")},
        "packed": list(backup.packed),
        "extensions": list(section.extensions) if section else [],
        "database": (section.database if section else None) or backup.database,
        "databases": [s.database for s in backup.sections if s.raw],
        "roles": list(backup.roles),
        "missing_roles": None if backup.missing_roles is None else list(backup.missing_roles),
        "revision": list(section.revisions) if section else [],
        "rows": dict(section.rows) if section else {},
    }


def show(said: dict[str, Any]) -> None:
    """Print what `described` returned."""
    wrapped = "".join(f", {one}" for one in said["packed"] if one != said["kind"])
    lines = {
        "format": said["kind"] + wrapped + (", of all databases" if said["cluster"] else ""),
        "size": f"{size(said['bytes'])}, as SQL {size(said['uncompressed'])}",
        said["sum"]: CHECKSUMS[said["checksum"]],
        "database": ", ".join(said["databases"]) or said["database"] or "not named",
        "PostgreSQL": f"{said['server'] or '?'} (pg_dump {said['dumper'] or '?'}), {said['encoding'] or '?'}",
        "revision": ", ".join(said["revision"]) or "none",
        "roles": ", ".join(said["roles"]) or "none named",
        "missing": ", ".join(said["missing_roles"] or ()) or "no role",
    }
    console.say(said["path"], style="bold")
    for name, value in lines.items():
        console.say(f"  {name:<12}{value}")
    rows = [(table, "?" if count is None else count) for table, count in sorted(said["rows"].items())]
    console.table(("table", "rows"), rows)

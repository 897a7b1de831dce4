"""A backup read to its end on the host, and why it can, or cannot, become the live database."""

from __future__ import annotations

from dataclasses import dataclass

from ...config.settings import Environment
from ...console.errors import Refused
from ...console.text import last_line
from ...engine import display
from ...engine.progress import PREFIX
from ...ssh import paths
from ...ssh.host import Host
from ...ssh.shell import Word
from ...tools.postgres import reads
from ...tools.postgres.backup import Backup, Section, parse_backup
from ...tools.postgres.changes import Restore
from ...tools.postgres.names import parse_copy
from ...tools.postgres.psql import Database


class Reading(display.Log):
    """A stream that shows the progress of an inspection and keeps the rest."""

    def __init__(self) -> None:
        super().__init__()
        self.begin()
        self.report: list[str] = []

    def _show(self, line: str) -> None:
        if line.startswith(PREFIX):
            super()._show(line)
        else:
            self.report.append(line)


@dataclass(frozen=True)
class Target:
    """What a backup would replace: the database's NAME, its ENCODING and tables, the server's MAJOR version."""

    name: str
    major: int
    encoding: str = ""
    tables: frozenset[str] = frozenset()


def on_trial(environment: Environment, backup: Backup, section: Section, run: str, name: str) -> Restore:
    """Return how a backup is restored into a server of its own, in a folder that is called after `name` and the run."""
    return Restore(
        backup,
        run,
        work=Word(f"{reports(environment)}/{name}-{run}"),
        section=section,
        owners=not backup.missing_roles,
        versions=versions_table(environment),
        decrypt=decrypt(environment),
    )


def inspect(c: Host, db: Database, path: str, keep: bool = False) -> Backup:
    """Return what is known of the backup at PATH on the host, read to its end; Refused if it cannot be read.

    With KEEP, what was found is kept on the host: for `backups.list`, and for a restore of the very same bytes.
    """
    kept = reports(c.environment) if keep else ""
    stream = Reading()
    script = reads.inspect(db, path, versions_table(c.environment), kept, decrypt(c.environment))
    result = c.sh(script, timeout=None, check=False, out=stream)
    if not result.ok:
        raise Refused(f"{last_line(result.stderr)}.", at=c.address)
    return parse_backup("\n".join(stream.report), path)


def versions_table(environment: Environment) -> str:
    """Return Alembic's table as schema.table, the usual one where hosts.yaml names none."""
    alembic = environment.alembic
    return f"{alembic.schema}.{alembic.table}" if alembic else "public.alembic_version"


def reports(environment: Environment) -> Word:
    """Return the folder that keeps what checks found, as a shell word."""
    return Word(f"{paths.state(environment)}/backups")


def decrypt(environment: Environment) -> str:
    """Return the command that opens backups that are sealed; empty where none is configured."""
    return environment.database.storage.decrypt if environment.database else ""


def room(backup: Backup, section: Section, live: int) -> int:
    """Return the bytes that the restored database may take, with all that is written meanwhile; `live`: it has now."""
    return max(2 * section.bytes or 2 * backup.uncompressed, live)


def obstacles(backup: Backup, target: Target, source: str | None = None) -> list[str]:
    """Return why BACKUP must not become the live database (SOURCE: the database it may be of as well)."""
    if backup.problems:
        return list(backup.problems)
    wanted = source or target.name
    section = backup.section(wanted)
    named = [s.database for s in backup.sections if s.raw]
    if section is None:
        return [f"it holds {', '.join(map(str, named))}, not {wanted}: --from-database names the one to take"]
    found = []
    if not section.complete:
        found.append(f"the part of {wanted} is cut off")
    if backup.forbidden and not section.raw:
        first = backup.forbidden[0]
        found.append(f"line {first.line} of it would reach beyond the database: {first.text}")
    return found + _unloadable(backup, section) + _of_another(backup, section, target, source)


def _unloadable(backup: Backup, section: Section) -> list[str]:
    """Return what the server, or the backup itself, lacks for it to be loaded at all."""
    found = []
    if section.rows and not section.defines and not section.extensions:
        at = f", at revision {', '.join(section.revisions)}" if section.revisions else ""
        found.append(
            "it holds rows alone (pg_dump --data-only): it would need the tables as well, from a dump of the schema "
            f"(pg_dump --schema-only{at}) or of both"
        )
    if lacking := [name for name in section.extensions if name in backup.lacking]:
        found.append(f"the server does not offer the extension {', '.join(lacking)}: install it there first")
    if roles := [role for role in section.vital_roles if role.strip('"') in (backup.missing_roles or ())]:
        found.append(f"its policies name roles that the server lacks: CREATE ROLE {', '.join(roles)} first")
    return found


def _of_another(backup: Backup, section: Section, target: Target, source: str | None) -> list[str]:
    name = section.database or backup.database
    if name and name not in (target.name, source) and not parse_copy(name, target.name):
        return [f"it is of the database {name}, not of {target.name}: --from-database {name} takes it all the same"]
    if source or not target.tables or target.tables & section.rows.keys():
        return []
    if not section.rows:
        return ["it holds the rows of no table: a dump of the schema alone"]
    return [f"it has no table in common with {target.name}: it is of another database (--from-database takes it)"]


def risks(backup: Backup, target: Target) -> list[str]:
    """Return what may keep BACKUP from being loaded, and is known only when it is tried."""
    found = []
    if backup.major and backup.major > target.major:
        found.append(
            f"it was made by PostgreSQL {backup.major}, this server is {target.major}: it may not know all of it"
        )
    told = backup.encoding.upper().replace("-", "")
    there = target.encoding.upper().replace("-", "")
    if told and there and told != there and there != "SQL_ASCII" and (told == "SQL_ASCII" or there != "UTF8"):
        found.append(f"its text is {backup.encoding}, the database's {target.encoding}: not every character may fit")
    return found

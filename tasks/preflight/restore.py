"""The preflight of a restore: the file found and read, held against the live database; nothing is changed."""

from __future__ import annotations

from msgspec import structs

from ..console.commands import fab
from ..console.errors import Refused
from ..engine.told import new_id
from ..ssh.host import Host
from ..ssh.probe import answered, clock
from ..ssh.shell import home
from ..tools.alembic.revisions import Graph
from ..tools.postgres import reads
from ..tools.postgres.backup import Backup, Section
from ..tools.postgres.psql import Database
from ..tools.postgres.server import Server
from . import backup_fit, restore_facts
from .backups import backup_check, backup_files, copies, finding, safety, upload
from .downgrade import migration
from .present import fleetwide, state
from .present.reports import Migration, saying
from .present.state import State
from .restore_report import RestoreOptions, RestoreReport
from .revisions import schema

COUNTING = 180  # seconds that counting the rows of the live database may take
LOCAL = "local:"


def reached(c: Host) -> tuple[State, Database]:
    """Return the state of the host and its live database; Refused where either is out of reach."""
    safety.configured(c.environment)
    seen = fleetwide.look(c)
    state.require(c.address, seen, ("engine", "deployment"))
    return seen, copies.database_of(c, seen)


def path_of(c: Host, file: str | None, plan: bool = False) -> str:
    """Return the path on the host that `--file` means, after uploading it where it is on this machine."""
    folder = safety.configured(c.environment).storage.folder
    if not file:
        names = ", ".join(one.name for one in finding.found(c)[:5]) or f"none yet ({fab('backups.create')})"
        raise Refused(f"--file is needed: a PATH on the host, latest, or local:PATH. In {folder}: {names}.")
    if file.startswith(LOCAL):
        return upload.bring(c, file.removeprefix(LOCAL), folder, plan)
    if file == "latest":
        return finding.brought(c, finding.latest(c))
    if file.startswith(backup_files.ELSEWHERE):
        return finding.brought(c, next((one for one in finding.found(c) if one.path == file), None), file)
    return _on_host(c, file, folder)


def _on_host(c: Host, file: str, folder: str) -> str:
    """Return the path of a file in the login's home, else in the folder of the backups, else of one that is fetched."""
    inside = f"{folder}/{file}"
    here, there = c.ask(answered(f"[ -e {home(file)} ]"), answered(f"[ -e {home(inside)} ]"))
    if here.ok or there.ok:
        return file if here.ok else inside
    if one := next((one for one in finding.found(c) if one.fetched == file), None):
        return finding.brought(c, one)
    where = f"neither in the login's home nor in {folder}"
    raise Refused(f"there is no {file}, {where}.", at=c.address, next=f"Next: {fab('backups.list')}")


def check(c: Host, file: str | None, options: RestoreOptions, *, plan: bool = False) -> RestoreReport:
    """Return what a restore of `file` would meet, or raise Refused for what makes it impossible.

    With `plan`, nothing is uploaded.
    """
    if options.online and options.in_place:
        raise Refused("--online keeps two copies, --in-place has no room for them: choose one.")
    report = read(c, file, options, plan=plan)
    report = structs.replace(report, stopping=_writers(report) if options.stop else [])
    report = structs.replace(report, migration=_way_up(c, report) if options.migrate else None)
    restore_facts.require(report)
    if report.replaces and options.dump:
        report = structs.replace(report, dump_to=_dump_path(c, report))
    return restore_facts.told(report)


def read(c: Host, file: str | None, options: RestoreOptions, *, plan: bool = False, run: str = "") -> RestoreReport:
    """Return what is known of a backup and of the database it would replace, by `run` if that has its id already."""
    seen, live = reached(c)
    backup = backup_check.inspect(c, live, path_of(c, file, plan), keep=not plan)
    server, rows, now = _live(c, live)
    section, risks = _restorable(c, backup, target(c, live, server, rows), options.source)
    _refuse_unwritable(c, live, server)
    report = RestoreReport(
        environment=seen.settled(c.environment),
        state=seen,
        run=run or new_id(),
        live=live,
        server=server,
        backup=backup,
        section=section,
        rows=rows,
        fit=backup_fit.judge(c, seen, section.revisions),
        risks=risks,
        options=options,
    )
    return saying(report, facts=restore_facts.facts(report, now), warnings=restore_facts.warnings(report))


def _restorable(c: Host, backup: Backup, aim: backup_check.Target, source: str | None) -> tuple[Section, list[str]]:
    """Return the part of a backup that is restored, and what may keep it from being loaded; Refused for what will."""
    section = backup.section(source or aim.name)
    reasons = backup_check.obstacles(backup, aim, source)
    if reasons or section is None:
        why = f"{backup.path} cannot be restored: {'; '.join(reasons)}."
        raise Refused(why, at=c.address, next=finding.another(c, backup.path))
    return section, backup_check.risks(backup, aim)


def _refuse_unwritable(c: Host, live: Database, server: Server) -> None:
    if server.standby:
        raise Refused("the database server is a standby: it cannot be written to.", at=c.address)
    if not server.live and not server.beside:
        raise Refused(f"there is no database {live.name}, and {live.user} may not create one.", at=c.address)


def _live(c: Host, live: Database) -> tuple[Server, dict[str, int] | None, float]:
    """Return what the server holds, the rows of the live database if they can be counted, and the host's clock."""
    probes = reads.server(live), reads.optional(reads.rows(live)), clock()
    server, rows, now = c.ask(*probes, timeout=COUNTING)
    return server, rows if server.live else None, now


def target(c: Host, live: Database, server: Server, rows: dict[str, int] | None) -> backup_check.Target:
    """Return what a backup would replace."""
    tables = frozenset(rows or ()) - {backup_check.versions_table(c.environment)}
    encoding = server.live.encoding if server.live else ""
    return backup_check.Target(live.name, server.version // 10000, encoding, tables)


def _writers(report: RestoreReport) -> list[str]:
    """Return the services that may write, and have to run afterwards: all that run but the frontend; the backend."""
    roles, seen = report.environment.compose.services, report.state
    server = {k.service for k in seen.containers if k.name == report.live.container}
    spared = {roles.get("database"), roles.get("frontend"), *server}
    backend = {k.service for k in seen.of(roles.get("backend") or "")}
    return sorted((seen.up | backend) - spared)


def _way_up(c: Host, report: RestoreReport) -> Migration | None:
    """Return how the restored schema comes to where the code needs it; Refused where no upgrade leads there."""
    fit, seen = report.fit, report.state
    if fit.kind == "same":
        return None
    graph = schema.graphs(c, [seen.head])[seen.head] if fit.kind == "behind" else None
    heads = graph.heads() if isinstance(graph, Graph) else []
    change = schema.way_up(c, seen.head, heads, list(report.section.revisions)) if heads else None
    if change is None:
        raise Refused(f"--migrate: no upgrade leads from the backup to the checked-out code: {fit.text}")
    return migration(c, seen, change, rehearse=False)


def _dump_path(c: Host, report: RestoreReport) -> str:
    """Return where the live database can be dumped to, or nothing where the host's disk has no room."""
    free = c.ask(answered(safety.free_for_backups(c.environment))).out.strip()
    return safety.dump_path(c.environment, report.run) if float(free or 0) > 1.2 * report.bytes else ""

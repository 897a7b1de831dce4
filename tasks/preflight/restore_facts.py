"""What a restore would mean: what refuses it, and the lines for the operator before anything is asked."""

from __future__ import annotations

from msgspec import structs

from ..console.commands import fab
from ..console.errors import Refused
from ..console.units import age, size
from ..engine.asking import SURE
from ..tools.postgres.backup import Section
from .backups import backup_names
from .restore_report import RestoreReport, in_place

PRUNE = fab("backups.prune")
SAME = "{} may not keep a copy beside {}: the backup is loaded into that itself, in one transaction"
WAITS = "the application goes on, but waits while the backup is loaded; what it writes meanwhile is lost, or in the way"
ANSWERS = "the application does not answer now; it has to at the end, unless --no-health says that it need not"
GOES_ON = "the application goes on; what it writes until the swap stays in the old database"


def require(report: RestoreReport) -> None:
    """Raise Refused where the restore may fail when the backend is stopped already, or has no room."""
    options = report.options
    if report.risks and options.stop and not options.online:
        raise Refused(
            f"It may not be possible to load it: {'; '.join(report.risks)}.",
            next="--online restores beside first, and stops the backend only then.",
        )
    if options.in_place:
        require_room(report, max(0, report.need - report.bytes), f"{PRUNE}, or a bigger disk.")
    else:
        require_room(report, report.need, f"{PRUNE}; {in_place(report.backup.path)} drops the live database first.")


def require_room(report: RestoreReport, need: int, ways_out: str) -> None:
    """Raise Refused unless `need` bytes fit on the database's disks."""
    server = report.server
    if not server.fits(need):
        raise Refused(
            f"Not enough disk for the database: about {size(need + server.max_wal)} are needed, its log included, "
            f"{server.free}.",
            next=f"Ways out: {ways_out}",
        )


def facts(report: RestoreReport, now: float) -> list[str]:
    """Return what the backup is, and how it stands to the live database; `now` is the host's clock (seconds)."""
    backup, section = report.backup, report.section
    name = section.database or backup.database
    old = age(now - backup_names.taken(backup.path, backup.modified))
    counted = [n for n in section.rows.values() if n is not None]
    return [
        f"the backup: {backup.path}, {backup.kind}, {size(backup.bytes)}, {old} old"
        f"{f', of {name}' if name else ''}{f', PostgreSQL {backup.server}' if backup.server else ''}; "
        f"{len(section.rows)} tables, {sum(counted)} rows",
        report.fit.text,
        *(differences(report.rows, section) if report.rows is not None else []),
        f"it takes about {size(report.need)} beside the live database ({size(report.bytes)}); {report.server.free}",
    ]


def warnings(report: RestoreReport) -> list[str]:
    """Return what cannot be known of the restore, or will not be as it was."""
    missing = ", ".join(report.backup.missing_roles or ())
    uncounted = "the rows of the live database cannot be counted" if report.there else "there is no live database"
    unsure = "no sha256 lies beside the backup: that no bit of it flipped is unverified"
    return [
        *([unsure] if report.backup.checksum == "none" else []),
        *([f"the roles {missing} are not on the server: owners and grants are left out"] if missing else []),
        *([uncounted] if report.rows is None else []),
        *report.risks,
    ]


def told(report: RestoreReport) -> RestoreReport:
    """Return the report with all that is to be said and asked of what becomes of the present data."""
    kept = f"what is in the database now stays, as {report.outgoing}; {fab('undo')} swaps it back"
    fit = report.fit
    brought_up = report.migration is not None
    unfit = [] if fit.kind in ("same", "untold") or brought_up else [f"Code and backup do not fit: {fit.text}{SURE}"]
    report = structs.replace(
        report,
        facts=[*report.facts, *([kept] if report.there and not report.replaces else [])],
        warnings=[*report.warnings, *_meanwhile(report)],
        questions=unfit,
    )
    return _told_of_loss(report) if report.replaces else report


def _meanwhile(report: RestoreReport) -> list[str]:
    if report.options.stop:
        return _when_stopped(report)
    return [WAITS if report.same else GOES_ON]


def _when_stopped(report: RestoreReport) -> list[str]:
    upgrade = report.fit.upgrade
    return [
        *([ANSWERS] if report.there and report.options.health and not report.state.healthy else []),
        *([f"the start-up runs `{upgrade}`, which migrates the restored database"] if upgrade else []),
    ]


def _told_of_loss(report: RestoreReport) -> RestoreReport:
    path, name = report.dump_to, report.live.name
    rows = "" if report.rows is None else f" with {sum(report.rows.values())} rows"
    how = f"--in-place DROPS {name}{rows}" if report.drops else f"This REPLACES what {name} holds{rows}"
    why = [] if report.drops else [SAME.format(report.live.user, name)]
    if path:
        fact = f"the present database is dumped to {path} before it is {'dropped' if report.drops else 'replaced'}"
        ask = f"{how} before the backup is loaded; {path} is the only way back.{SURE}"
        return structs.replace(report, facts=[*report.facts, *why, fact], questions=[*report.questions, ask])
    cause = "the host's disk has no room for a dump" if report.options.dump else "--no-dump"
    warning = f"no dump is made first ({cause}): what the backup does not hold is lost for ever"
    ask = f"{how}, of {size(report.bytes)}, WITHOUT A WAY BACK.{SURE}"
    known = {"facts": [*report.facts, *why], "warnings": [*report.warnings, warning]}
    return structs.replace(report, **known, questions=[*report.questions, ask])


def differences(rows: dict[str, int], section: Section) -> list[str]:
    """Return, for each table, how many rows only the live database has, or only the backup."""
    lines = []
    for table in sorted(rows.keys() | section.rows.keys()):
        there, then = rows.get(table), section.rows.get(table, 0)
        if there is None:
            lines.append(f"{table}: the backup has it, with {then} rows; the live database does not")
        elif table not in section.rows:
            lines.append(f"{table}: the live database has it, with {there} rows; the backup does not")
        elif then is None:
            lines.append(f"{table}: {there} rows now; how many the backup has cannot be told")
        elif there != then:
            lines.append(f"{table}: {_more(there, then)} ({there} now, {then} in the backup)")
    return lines or ["every table has as many rows now as in the backup; what was changed in place is not counted"]


def _more(there: int, then: int) -> str:
    if there > then:
        return f"the live database has {there - then} rows that the backup does not"
    return f"the backup has {then - there} rows that the live database does not"

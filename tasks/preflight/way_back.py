"""The preflight of undo: what a run left to come back to, and what the way back costs."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from ..console.commands import fab
from ..console.errors import Refused
from ..engine import asking
from ..engine.before import ReleaseBefore, SchemaBefore
from ..engine.record import RunRecord
from ..ssh.host import Host
from ..tools.alembic.schema_change import SchemaChange
from ..tools.git.commits import SHORT
from . import restore, restore_facts, rollback, summary, upgrading
from .backups import copies, safety
from .present import drift
from .present.drift import Drifted
from .present.reports import saying
from .restore_report import RestoreOptions, RestoreReport, in_place
from .revisions import schema
from .revisions.costs import costs
from .rollback_report import RollbackOptions, RollbackReport
from .undo_report import RollbackUndoReport

WAS_UNWELL = "the application was not healthy then, so health is not required at the end"


def check_rollback(
    c: Host, record: RunRecord, found: SchemaBefore, restore_snapshot: bool, image: Sequence[str] = ()
) -> RollbackUndoReport:
    """Return what the way back from a rollback would meet: up again, or with the snapshot's data.

    Raises Refused where no upgrade leads there, where the snapshot is gone that was asked for, and where an image
    is gone and none is named by `image`, SERVICE=REF each.
    """
    before = found if isinstance(found, ReleaseBefore) else None
    met = rollback.check(c, found.commit, RollbackOptions(database=False, image=list(image), before=before))
    up = schema.way_up(c, met.target.sha, found.revision, schema.heads_of(c, met.state)) if found.revision else None
    if found.revision and up is None and not restore_snapshot:
        raise Refused(_only_down(record, found))
    report = _report(record, found, met, up)
    live = copies.database_of(c, met.state) if found.snapshot or report.migrates else None
    stopping = _stopping(met, whole=report.whole, data=report.migrates or restore_snapshot)
    report = structs.replace(report, live=live, stopping=stopping)
    report = drift.told(report, [Drifted(met.drift)] if report.whole else [], (), drift.COMMIT)
    report = _with_data(c, report, restore_snapshot)
    return structs.replace(report, summary=_summary(report, restore_snapshot))


def _report(record: RunRecord, found: SchemaBefore, met: RollbackReport, up: SchemaChange | None) -> RollbackUndoReport:
    """Return what is known before the data are looked at."""
    whole = isinstance(found, ReleaseBefore)
    return RollbackUndoReport(
        environment=met.environment,
        state=met.state,
        run=met.run,
        record=record,
        target=met.target,
        wanted=met.wanted,
        schema=up,
        found=found,
        moves=met.moves,
        images=met.images if whole else [],
        decided=met.decided if whole else [],
        back=_back(met, found),
        warnings=[] if found.healthy else [WAS_UNWELL],
    )


def _summary(report: RollbackUndoReport, restore_snapshot: bool) -> dict[str, str]:
    data = report.incoming or report.found.dump if restore_snapshot else ""
    heads = report.schema.to_heads if report.schema and report.schema.changes else []
    return summary.of_undo(report.target.title, heads, asking.costs(report), data)


def _stopping(met: RollbackReport, *, whole: bool, data: bool) -> list[str]:
    """Return the services that are stopped; where `data` change, a swarm stops as well what it would replace."""
    stopping = met.moves.stopping if data else met.stopping
    return stopping if whole else [s for s in stopping if s in met.state.up]


def _with_data(c: Host, report: RollbackUndoReport, restore_snapshot: bool) -> RollbackUndoReport:
    """Return the report with the data that come back, or are kept before an upgrade, and what either costs."""
    found, live = report.found, report.live
    there = live is not None and bool(found.snapshot) and copies.there(c, live, found.snapshot)
    dumped = bool(found.dump) and not there and safety.dumped(c, found.dump)
    if restore_snapshot:
        return _with_snapshot(c, report, there=there, dumped=dumped)
    if not (live and report.schema and report.schema.changes):
        return report
    tree = report.target.sha if report.whole else ""
    migration = upgrading.upgrade(c, report.state, report.schema, image=_image(c, report), tree=tree)
    brought = upgrading.look(c, report.state, report.record.run, found, migration, there=there, dumped=dumped)
    return structs.replace(
        report,
        facts=[*brought.facts, *safety.room(c, live)],
        questions=[*report.questions, *brought.questions],
        migration=structs.replace(migration, rehearse=migration.rehearse and not brought.tried),
        only_copy=brought.only_copy,
        safety=safety.planned(c.environment, live, report.run),
    )


def _with_snapshot(c: Host, report: RollbackUndoReport, *, there: bool, dumped: bool) -> RollbackUndoReport:
    if there and report.live:
        facts = costs(c, report.live, report.found.snapshot, restore=True)
        again = fab(f"undo --run {report.run} --restore-snapshot")
        return structs.replace(report, facts=facts, incoming=report.found.snapshot, back=report.back or again)
    if not dumped:
        name = report.found.snapshot or "of that run"
        moved = report.schema is None or report.schema.changes
        how = "upgrades" if moved else "needs none: the schema is where it was"
        raise Refused(f"there is no snapshot {name}.", at=c.address, next=f"{fab('undo')} {how}.")
    dump = restored(c, report.found.dump, report.run)
    restore_facts.require_room(dump, dump.need, f"{in_place(dump.backup.path)}; {fab('undo')} upgrades instead.")
    return saying(structs.replace(report, dump=dump), facts=dump.facts, warnings=dump.warnings)


def restored(c: Host, path: str, run: str) -> RestoreReport:
    """Return the restore, by `run`, of a dump that an earlier run made; what it is loaded into is dumped before."""
    dump = restore.read(c, path, RestoreOptions(stop=True), plan=True, run=run)
    return structs.replace(dump, dump_to=safety.dump_path(c.environment, run)) if dump.same else dump


def _image(c: Host, report: RollbackUndoReport) -> str:
    """Return the image that holds the newer migrations: that of the release that comes back, if it was kept."""
    kept = report.found.images if isinstance(report.found, ReleaseBefore) else {}
    kept = {**kept, **{one.service: one.kept for one in report.decided}}
    return kept.get(schema.alembic_of(c.environment).service, "")


def _only_down(record: RunRecord, found: SchemaBefore) -> str:
    """Return why undo cannot take a run back, an upgrade leading nowhere near, and what does it."""
    take_over = "" if record.over or not record.partially_applied else " --take-over"
    way = fab(_down_to(found.commit, found.revision or [], whole=isinstance(found, ReleaseBefore)) + take_over)
    return (
        f"Run {record.run} ({record.plan.task}) cannot be taken back by undo: no upgrade leads from where the database "
        f"is to where it was. Nothing was changed. Its way back: {way}"
    )


def _back(met: RollbackReport, found: SchemaBefore) -> str:
    """Return the command that leads from the state before to the one that is left; empty where they are the same."""
    head, rows, whole = met.state.head, met.state.revision or [], isinstance(found, ReleaseBefore)
    if found.revision and sorted(rows) != sorted(found.revision):
        return fab(_down_to(head, rows, whole=whole))
    same = not whole or head == met.target.sha
    return "" if same else fab(f"full-rollback --commit {head[:SHORT]} --no-database")


def _down_to(commit: str, rows: list[str], *, whole: bool) -> str:
    """Return the task that leads down to the revision `rows`; with `whole`, to the code of `commit` as well."""
    revision = f" --revision {rows[0] if rows else 'base'}" if len(rows) < 2 else ""
    return f"full-rollback --commit {commit[:SHORT]}{revision}" if whole else f"migration-rollback{revision}"

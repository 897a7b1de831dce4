"""The way back from a run: code, schema, data and services as it found them."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from ..console.errors import Refused
from ..engine import hooks, selection
from ..engine.before import ReleaseBefore, SchemaBefore, SwappedBefore
from ..engine.options import LAST_RUN
from ..engine.plan import Expectation, Plan, Step, chain
from ..engine.record import RunRecord
from ..preflight import restore_undo, way_back
from ..preflight.history import ledger
from ..preflight.history.ledger import UNKNOWN, Entry
from ..preflight.restore_undo import RestoreUndoReport
from ..preflight.undo_report import RollbackUndoReport
from ..ssh.host import Host
from ..steps import backups, containers, git
from ..steps import database as db
from ..steps.declare import change


@change(takes_back=True, help=LAST_RUN, iterable=["image"])
def undo(c: Host, run: str | None = None, restore_snapshot: bool = False, image: Sequence[str] | None = None) -> Plan:
    """Take a rollback back: code, schema and containers as they were before it."""
    return plan(c, run, restore_snapshot, image or ())


def plan(c: Host, run: str | None, restore_snapshot: bool = False, image: Sequence[str] = ()) -> Plan:
    """Return the way back from `run`; where it is None, from the last one that can be taken back."""
    activity = selection.activity(c)  # before the run is chosen: what is read of it must still hold under the lock
    record = selection.to_undo(c, run, restore_snapshot)
    planned = hooks.closing(_planned(c, record, restore_snapshot, image), record)
    return structs.replace(planned, activity=activity)


def exactly(c: Host, run: str) -> Plan:
    """Return the way back from `run`, with the data of before it where it kept them: nothing else is to stay of it."""
    return plan(c, run, selection.to_undo(c, run, False).plan.keeps_data)


def _planned(c: Host, record: RunRecord, restore_snapshot: bool, image: Sequence[str]) -> Plan:
    """Return the way back from a run, by what it found."""
    if record.plan.only_by_name and not restore_snapshot:
        raise Refused(f"Back to the release that was kept, with its data: {record.plan.back}.")
    match record.plan.before:
        case ReleaseBefore() as found:
            return to_release(way_back.check_rollback(c, record, found, restore_snapshot, image))
        case SchemaBefore() as found:
            return to_schema(way_back.check_rollback(c, record, found, restore_snapshot))
        case SwappedBefore() as found:
            return to_database(restore_undo.check(c, record, found))
        case _:
            raise Refused(f"Run {record.run} ({record.plan.task}) is not taken back by undo.")


def to_release(report: RollbackUndoReport) -> Plan:
    """Return the way back to code, schema and containers; the code comes first, it may hold the migrations."""
    return _back(
        report,
        containers.keep_images_step(report),
        containers.build.step(report),
        containers.carry_step(report),
        db.rehearse_upgrade_step(report),
        db.keep_copy_step(report),
        containers.stop.step(report),
        *_data(report),
        git.check_out_again_step(report),
        db.upgrade_step(report),
        containers.start.step(report),
    )


def to_schema(report: RollbackUndoReport) -> Plan:
    """Return the way back of the database alone, with those services stopped that run now."""
    moves = [step for step in (*_data(report), db.upgrade_step(report)) if step]
    if not moves:
        return _back(report, Step(name="nothing", title="The database is where it was", script=":"))
    steps = (db.rehearse_upgrade_step(report), db.keep_copy_step(report), containers.stop.step(report), *moves)
    return _back(report, *steps, containers.start_existing_step(report))


def _data(report: RollbackUndoReport | RestoreUndoReport) -> list[Step | None]:
    """Return the steps that put the data of before back, or keep those of now while the schema is upgraded."""
    if report.dump:
        load, swap = backups.restore.step(report.dump), backups.swap_step(report.dump)
        return [backups.dump_live_step(report.dump), load, swap]
    return [backups.swap_step(report), db.snapshot_step(report)]


def _back(report: RollbackUndoReport, *steps: Step | None) -> Plan:
    target, record, moves = report.target, report.record, report.moves
    return chain(
        report,
        steps,
        task="undo",
        purpose=f"run {record.run} ({record.plan.task}): back to {target.title}",
        proof=Expectation(
            commit=target.sha,
            revision=report.schema.to_heads if report.schema else report.found.revision,
            implied=report.schema.implied if report.schema else [],
            images={s: name for s, name in report.image_names.items() if s in moves.starting},
            services=[s for s in moves.proven if s in report.found.running],
            replicas=moves.replicas,
            healthy=report.found.healthy,
            ill_before=not report.found.healthy,
        ),
        back=report.back,
        before=report.left,
        closing=ledger.closing(report.environment, [Entry(event=UNKNOWN, commit=target.sha, subject=target.subject)]),
        undoes=record.run,
    )


def to_database(report: RestoreUndoReport) -> Plan:
    """Return the way back from a restore: the database that it left gets its name again, or its dump is loaded."""
    record = report.record
    comes = report.dump.backup.path if report.dump else report.incoming
    what = f"{comes} becomes {report.live.name} again" if comes and report.live else "start again"
    return chain(
        report,
        containers.stop.step(report) if comes else None,
        _data(report),
        containers.start_existing_step(report),
        task="undo",
        purpose=f"run {record.run} ({record.plan.task}): {what}",
        proof=Expectation(
            revision=report.found.revision,
            services=report.found.running,
            healthy=report.found.healthy or report.state.healthy,
            ill_before=not (report.found.healthy or report.state.healthy),
        ),
        back=report.back,
        before=report.left,
        undoes=record.run,
    )

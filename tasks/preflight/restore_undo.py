"""The preflight of undo after a restore: whether what the restore replaced is there to come back."""

from __future__ import annotations

from msgspec import structs

from ..console.commands import fab
from ..console.errors import Refused
from ..engine import journal
from ..engine.asking import SURE
from ..engine.before import DroppedBefore, SwappedBefore
from ..engine.record import RunRecord
from ..ssh.host import Host
from ..ssh.probe import answered
from ..tools.postgres.psql import Database
from . import backup_fit, way_back
from .backups import copies
from .present import fleetwide, reports
from .revisions.costs import costs
from .undo_report import UndoReport


class RestoreUndoReport(UndoReport, frozen=True, kw_only=True):
    """What the way back from a restore would meet; `found` is what the run found, which comes back."""

    found: SwappedBefore

    @property
    def left(self) -> SwappedBefore:
        """What there is now, as far as the way back changes it."""
        if self.dump and self.dump.before:
            return structs.replace(self.dump.before, stopped=self.stopping)
        seen, known = self.state, structs.asdict(self.found)
        names = {name: known[name] for name in ("commit", "branch", "running", "stopped")}
        left = SwappedBefore(**names, revision=seen.revision, healthy=seen.healthy, swapped=self.outgoing)
        return structs.replace(left, answered=seen.answered)


def check(c: Host, record: RunRecord, found: SwappedBefore) -> RestoreUndoReport:
    """Return what the way back from a restore would meet; Refused where it dropped what would have to come back."""
    seen = fleetwide.look(c)
    live = copies.database_of(c, seen)
    _refuse_dropped(c, record, live)
    there = bool(found.swapped) and copies.there(c, live, found.swapped)
    report = RestoreUndoReport(
        environment=seen.settled(c.environment),
        state=seen,
        record=record,
        live=live,
        incoming=found.swapped if there else "",
        back=fab("undo") if there else "",
        stopping=found.stopped,
        facts=costs(c, live, found.swapped, restore=True) if there else [f"{live.name} was not replaced"],
        warnings=[] if found.healthy or seen.healthy else [reports.UNWELL],
        found=found,
    )
    dropped = isinstance(found, DroppedBefore) and _loaded(c, record)
    return _with_dump(c, report) if dropped else _with_fit(c, report)


def _loaded(c: Host, record: RunRecord) -> bool:
    """Return whether a backup was loaded into the live database itself, whatever became of the step."""
    there: bool = c.ask(answered(f"[ -e {journal.folder(c.environment, record.run)}/loaded ]")).ok
    return there


def _with_dump(c: Host, report: RestoreUndoReport) -> RestoreUndoReport:
    """Return the report with the data of before, from the run's dump."""
    path = report.found.dropped if isinstance(report.found, DroppedBefore) else ""
    if not path:
        raise Refused("What the database held was replaced, and no dump was made.", next=f"Next: {fab('resume')}")
    dump = way_back.restored(c, path, report.run)
    return structs.replace(report, dump=dump, back=dump.back, facts=dump.facts)


def _with_fit(c: Host, report: RestoreUndoReport) -> RestoreUndoReport:
    """Return the report with what the database that comes back carries, and whether the checked-out code fits it."""
    if not report.incoming or report.found.revision is None:
        return report
    fit = backup_fit.judge(c, report.state, tuple(report.found.revision))
    unfit = [] if fit.kind in ("same", "untold") else [f"Code and database will not fit: {fit.text}{SURE}"]
    return reports.saying(report, facts=[f"{report.incoming}: {fit.text}"], questions=unfit)


def _refuse_dropped(c: Host, record: RunRecord, live: Database) -> None:
    """Raise Refused where the live database was dropped; not where that was tried, and it stands."""
    steps = zip(record.steps, record.plan.steps, strict=True)
    drop = next((told for told, step in steps if "drops" in step.effects and told.tries), None)
    if drop is None or (drop.state != "done" and copies.stands(c, live)):
        return
    if not record.over:
        raise Refused(
            f"Run {record.run} was dropping the database: only forwards from here.", next=f"Next: {fab('resume')}"
        )
    raise Refused(
        f"Run {record.run} dropped or replaced what the database held: there is nothing to swap.",
        next=f"Its way back: {record.plan.back or 'none'}.",
    )

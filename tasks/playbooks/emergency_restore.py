"""The runbook's "Emergency Database Restore": stop the backend, restore, start the backend, verify."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..console.errors import Refused
from ..engine.task import change

if TYPE_CHECKING:
    from ..engine.plan import Expectation, Plan, Step
    from ..preflight.restore import Sight


@change
def emergency_restore(c, file=None, online=False, in_place=False, from_database=None, dump=True, plan=False):
    """Restore the database from a backup with the backend stopped, and prove that the application runs again."""
    from ..engine.plan import Plan
    from ..preflight import restore as look
    from ..steps.builders import backup_plans as plans
    from ..steps.builders import containers

    if online and in_place:
        raise Refused("--online keeps two copies, --in-place has no room for them: choose one. Nothing was changed.")
    sight = look.look(c, file, from_database, plan)
    _refuse(sight, online=online, in_place=in_place)
    made = Plan(
        task="emergency-restore",
        purpose=f"{sight.backup.path} becomes {sight.db.name}",
        steps=[],
        facts=sight.facts,
        warnings=sight.warnings,
        questions=plans.questions(sight),
    )
    made.before = sight.before(made.run)
    made.back = "fab undo" if made.before else ""
    writers = _writers(c, sight)
    if made.before:
        made.before["stopped"] = writers
    stop = [containers.stop_step(c.environment, writers)] if writers else []
    wake = [containers.wake_step(c.environment, writers)] if writers else []
    if in_place and sight.there:
        made.steps = [*stop, *_in_place(c, sight, made, dump=dump), *wake]
    else:
        made.facts += plans.kept(made)
        made.steps = [*_beside(c, sight, made, stop, online=online), *wake]
    made.expect = _expectation(c, sight, made, writers)
    return made


def _refuse(sight: Sight, *, online: bool, in_place: bool) -> None:
    """Raise Refused where the restore may fail when the backend is stopped already, or has no room."""
    from ..preflight import restore as look

    if sight.risks and not online:
        way_out = "--online restores beside first, and stops the backend only then."
        raise Refused(f"It may not be possible to load it: {'; '.join(sight.risks)}. Nothing was changed. {way_out}")
    if in_place:
        way_out = "Ways out: fab backups.prune, or a bigger disk."
        look.require_room(sight, max(0, sight.need - sight.bytes), way_out)
        return
    way_out = "Ways out: fab backups.prune; --in-place drops the live database first."
    look.require_room(sight, sight.need, way_out)


def _writers(c, sight: Sight) -> list[str]:
    """Return the services that may write, and have to run afterwards: all that run but the frontend; the backend."""
    roles = c.environment.compose.services
    spared = {roles.get("database") or "db", roles.get("frontend")}
    running = {k.service for k in sight.seen.containers if k.status in ("running", "restarting", "paused")}
    backend = {k.service for k in sight.seen.of(roles.get("backend") or "")}
    return sorted((running | backend) - spared)


def _beside(c, sight: Sight, made: Plan, stop: list[Step], *, online: bool) -> list[Step]:
    from ..steps.builders import backups as steps

    restore = steps.restore_step(
        c.environment, sight.db, sight.backup, sight.section, made.run, owners=sight.owners, before=online
    )
    name = steps.swap_step if sight.there else steps.take_step
    return [*([restore, *stop] if online else [*stop, restore]), name(sight.db, made.run)]


def _in_place(c, sight: Sight, made: Plan, *, dump: bool) -> list[Step]:
    """Return the runbook's literal drop, create, load; a dump is made first, if that is possible."""
    from ..console.units import size
    from ..preflight import restore as look
    from ..ssh.shell import quote
    from ..steps.builders import backups as steps

    del made.before["swapped"]
    first, path = [], look.safety_path(c, sight, made.run) if dump else ""
    rows = "" if sight.rows is None else f" with {sum(sight.rows.values())} rows"
    if path:
        first.append(steps.dump_step(c.environment, sight.db, path, "custom"))
        made.facts.append(f"the present database is dumped to {path} before it is dropped")
        made.back = f"fab emergency-restore --file {quote(path)} --in-place"
        ask = f"--in-place DROPS {sight.db.name}{rows} before the backup is loaded; {path} is the only way back. Go on?"
    else:
        why = "the host's disk has no room for a dump" if dump else "--no-dump"
        made.warnings.append(f"no dump is made first ({why}): what the backup does not hold is lost for ever")
        made.back = ""
        ask = f"--in-place DROPS {sight.db.name}{rows}, of {size(sight.bytes)}, WITHOUT A WAY BACK. Go on?"
    made.before["dropped"] = path
    made.questions.append(ask)
    return [
        *first,
        steps.drop_step(c.environment, sight.db, sight.backup, sight.section, made.run),
        steps.restore_step(
            c.environment, sight.db, sight.backup, sight.section, made.run, owners=sight.owners, before=False
        ),
        steps.take_step(sight.db, made.run),
    ]


def _expectation(c, sight: Sight, made: Plan, writers: list[str]) -> Expectation:
    """Return what must be true; that the application is healthy only if it was, or had no database to be so."""
    from ..engine.plan import Expectation
    from ..steps.builders import backup_plans as plans

    healthy = sight.seen.healthy or not sight.there
    if not healthy:
        made.warnings.append("the application does not answer well now either: that it does is not demanded")
    if sight.fit.upgrade:
        made.warnings.append(f"the start-up runs `{sight.fit.upgrade}`, which migrates the restored database")
    running = sorted({k.service for k in sight.seen.containers if k.running} | set(writers))
    return Expectation(revision=plans.revision(sight), services=running, healthy=healthy)

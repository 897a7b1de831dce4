"""The preflight of a downgrade alone: the way down, what it destroys, and what keeps the data of before."""

from __future__ import annotations

from msgspec import structs

from ..console.commands import HOSTS_FILE, fab
from ..console.errors import Refused
from ..ssh.host import Host
from ..ssh.probe import single
from ..tools.alembic.schema_change import SchemaChange
from ..tools.compose import project, written
from ..tools.compose.images import Target
from ..tools.git.commits import Commit
from . import losses, worktree
from .backups import copies, safety
from .present import fleetwide
from .present.reports import UNWELL, DeploymentReport, Migration, Report, saying
from .present.state import State
from .revisions import schema, schema_choice, start_up, trial_choice
from .revisions.schema_choice import DowngradeOptions
from .target import commit_choice, service_moves

AVAILABILITY = "docker node inspect self -f '{{.Spec.Availability}} {{.Description.Hostname}}'"


class DowngradeReport(DeploymentReport, frozen=True, kw_only=True):
    """The way down that is wanted; there is no `migration` where the database is there already."""

    schema: SchemaChange

    @property
    def way(self) -> str:
        """From which rows to which."""
        return f"{', '.join(self.schema.from_heads)} → {self.schema.goal}"


def check(c: Host, options: DowngradeOptions) -> DowngradeReport:
    """Return what a downgrade would meet while the application goes on; Refused where it cannot work."""
    seen = fleetwide.look(c)
    report = _report(c, seen, schema_choice.way_down(c, seen, options))
    on = sorted({k.service for k in seen.containers if k.status == "running" and k.service in report.applications})
    warning = f"{', '.join(on)} run: {fab('migration-rollback')} stops them first"
    report = changing(c, saying(report, warnings=[warning] if on else []), report.schema, options)
    found = report.migration
    return structs.replace(report, migration=structs.replace(found, goes_on=on)) if found else report


def check_stopped(c: Host, options: DowngradeOptions) -> DowngradeReport:
    """Return what a downgrade would meet with the application stopped; Refused where its start takes it up again."""
    seen = fleetwide.look(c)
    worktree.fit(c, seen)
    report = _report(c, seen, schema_choice.way_down(c, seen, options))
    if upgrade := start_up.upgrade(c, seen.head):
        raise Refused(
            f"The application's start-up runs `{upgrade}`, which would bring the migration back.",
            next=f"Take the code back with it: {fab('full-rollback')}",
        )
    report = structs.replace(report, stopping=_stopping(c, report), warnings=[] if seen.healthy else [UNWELL])
    return changing(c, report, report.schema, options)


def check_rehearsal(c: Host, options: DowngradeOptions, commit: str | None, full: bool) -> DowngradeReport:
    """Return what a rehearsal would try: the way to `commit` or to a revision, and the image that fits it."""
    schema.alembic_of(c.environment)
    seen = fleetwide.look(c)
    target = commit_choice.resolve(c, commit) if commit else None
    needed = schema_choice.needed(c, seen, target, options) if target else None
    change = needed or schema_choice.way_down(c, seen, options)
    report = _report(c, seen, change)
    if not change.changes:
        return report
    lost = losses.describe(c, seen, change, options=None)
    trial, fact = trial_choice.choose(c, seen, change, target)
    found = structs.replace(migration(c, seen, change), full=full, trial=trial)
    return structs.replace(report, migration=found, facts=[*lost.facts, fact])


def changing(
    c: Host, report: Report, change: SchemaChange, options: DowngradeOptions, target: Commit | None = None
) -> Report:
    """Return the report with the change as the operator wants it, if any is needed, and with what it costs."""
    if not change.changes:
        return report
    lost = losses.describe(c, report.state, change, options, target)
    found = migration(c, report.state, change, rehearse=options.rehearse is not False)
    rehearsed = lost.kept.at if options.rehearse is None and lost.kept.holds else 0.0
    found = structs.replace(found, rehearsed=rehearsed, one_way=lost.one_way)
    kept = safety.planned(c.environment, found.live, report.run) if options.snapshot else None
    report = saying(report, facts=lost.facts, questions=lost.questions)
    return structs.replace(report, migration=found, safety=kept)


def migration(c: Host, seen: State, change: SchemaChange, *, rehearse: bool = True, image: str = "") -> Migration:
    """Return the change of the schema with what it is made with: the live database, and `image`, or the present one.

    Raises Refused where it has to be rehearsed, and there is nothing to make a server of.
    """
    live = copies.database_of(c, seen)
    if c.environment.stack:
        _takes_tasks(c)
    if rehearse and live.host and not live.client:
        raise Refused(
            f"The downgrade cannot be rehearsed: the database is at {live.host}, and no image for a server is known.",
            at=c.address,
            next=f"database.client in {HOSTS_FILE} names one of PostgreSQL; --no-rehearse leaves the rehearsal out.",
        )
    return Migration(change=change, live=live, image=image or image_of(c, seen), rehearse=rehearse)


def _takes_tasks(c: Host) -> None:
    """Raise Refused where the manager is to have no tasks: a migration has its networks and secrets from one."""
    said, _, node = c.ask(single(AVAILABILITY, lambda answer: answer.out.strip())).partition(" ")
    if said in ("drain", "pause"):
        raise Refused(
            f"the manager {node} takes no tasks ({said}), and a migration runs beside one there.",
            at=c.address,
            next=f"On it: docker node update --availability active {node}",
        )


def image_of(c: Host, seen: State) -> str:
    """Return the image that the alembic service runs, which holds the newer migrations: its id, in a swarm its name."""
    service = schema.alembic_of(c.environment).service
    images = (k.image_name if c.environment.stack else k.image for k in seen.of(service))
    return next(images, f"no-container-of-{service}")


def _report(c: Host, seen: State, change: SchemaChange) -> DowngradeReport:
    return DowngradeReport(environment=seen.settled(c.environment), state=seen, schema=change)


def _stopping(c: Host, report: DowngradeReport) -> list[str]:
    """Return the services that are stopped meanwhile; where compose does not accept its files, all applications."""
    described, found = c.ask(project.probe(c.environment), written.probe(c.environment, "HEAD"))
    files = described.project(report.state.containers)
    if files.problem:
        return [service for service in report.applications if service in report.state.up]
    return service_moves.around_schema(c.environment, report.state, Target(files, written=found, present=found))

"""The ledger of releases: what ran and was proven, what was rolled back, and the freeze that follows."""

from __future__ import annotations

import time

from msgspec import to_builtins

from ..console import terminal as console
from ..console.commands import fab
from ..engine.plan import Expectation, Plan, Step, chain
from ..engine.run import RunOptions, carry_out
from ..engine.world import Outcome
from ..preflight import releases
from ..preflight.history import ledger, stats_view
from ..preflight.history import stats as history
from ..preflight.history.ledger import Entry
from ..preflight.history.stats import Stats
from ..preflight.releases import ReleaseReport
from ..ssh.host import Host
from . import containers
from . import database as db
from .declare import DEPLOYMENT, task


@task(help={"snapshot": "copy the database as well, which ends the sessions on it"})
def begin(
    c: Host,
    snapshot: bool = False,
    yes: bool = False,
    json: bool = False,
    quiet: bool = False,
    verbose: bool = False,
) -> Outcome | None:
    """Keep what runs now, before a deployment: its images, and with --snapshot its data."""
    started = time.monotonic()
    plan = begin_plan(releases.check_begin(c, snapshot))
    # Tags disturb nobody; a snapshot ends the sessions on the database, and is asked for.
    return carry_out(c, plan, RunOptions(yes=yes or not snapshot), started, DEPLOYMENT)


def begin_plan(report: ReleaseReport) -> Plan:
    """Return the plan that keeps what runs now."""
    back = fab(f"undo --run {report.run} --restore-snapshot")
    return chain(
        report,
        _keep_step(report),
        db.snapshot_step(report),
        task="release.begin",
        purpose=f"keep {report.commit.title}",
        proof=Expectation(commit=report.commit.sha, revision=report.state.revision),
        back=back if report.safety else "",
        before=report.release if report.safety else None,
        closing=ledger.closing(report.environment, [report.begun], report.schema),
        only_by_name=True,
    )


@task
def record(
    c: Host, unfreeze: bool = False, json: bool = False, quiet: bool = False, verbose: bool = False
) -> Outcome | None:
    """Record what runs as a good release, if every check says so; for the end of a deployment."""
    started = time.monotonic()
    return carry_out(c, record_plan(releases.check_record(c, unfreeze)), RunOptions(yes=True), started, DEPLOYMENT)


def record_plan(report: ReleaseReport) -> Plan:
    """Return the plan that keeps the images of a good release, proves it, and writes it into the ledger."""
    commit, seen = report.commit, report.state
    return chain(
        report,
        _keep_step(report),
        task="release.record",
        purpose=f"{commit.title} is good",
        proof=Expectation(commit=commit.sha, revision=seen.revision, services=report.lasting, healthy=True),
        closing=ledger.closing(report.environment, [report.good], report.schema),
    )


def _keep_step(report: ReleaseReport) -> Step:
    """Return the step that keeps the images; a release of which none is built here is proven and recorded as well."""
    none = Step(name="keep", title="Keep the images that run now: none is built here", script=":", preparation=True)
    return containers.keep_images_step(report) or none


@task(name="list")
def list_(c: Host, json: bool = False) -> list[Entry]:
    """List the releases that were recorded: good, bad, and who said so when."""
    found = releases.read(c)
    if console.emit_json(to_builtins(found)):
        return found
    if not found:
        console.say(f"No release was recorded yet: {fab('release.record')}, after a good deployment.")
        return found
    headings = ("at", "commit", "subject", "state", "revision", "images", "by")
    console.table(headings, map(releases.row, reversed(found)))
    return found


@task
def stats(c: Host, months: int | str = "6", json: bool = False) -> Stats:
    """Show deployments, how many failed, the time to restore and the outage, by month."""
    found = history.read(c, int(months))
    if console.emit_json(to_builtins(found)):
        return found
    console.table(stats_view.HEADINGS, map(stats_view.row, [*found.months, found.whole]))
    for line in stats_view.chart(found):
        console.say(line, as_is=True)
    for sentence in found.unknown:
        console.say(f"{sentence}.", style="yellow")
    return found

"""The ledger of releases: what ran and was proven, what was rolled back, and the freeze that follows."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import to_builtins
from msgspec.structs import replace

from ..console import terminal as console
from ..console.commands import fab
from ..console.errors import Failed
from ..engine.plan import Expectation, Plan, Step, chain
from ..engine.run import RunOptions, carry_out
from ..engine.world import Outcome
from ..preflight import release_check, releases
from ..preflight.history import ledger, stats_view
from ..preflight.history import stats as history
from ..preflight.history.ledger import Entry
from ..preflight.history.stats import Stats
from ..preflight.release_check import Checked
from ..preflight.releases import ReleaseReport
from ..preflight.rollback_report import RollbackOptions
from ..ssh.host import Host
from ..tools.git.commits import SHORT
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
    plan = begin_plan(releases.check_begin(c, snapshot))
    # Tags disturb nobody; a snapshot ends the sessions on the database, and is asked for.
    return carry_out(c, plan, RunOptions(yes=yes or not snapshot), DEPLOYMENT)


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


@task(help={"rehearse": "then try the way back to the release before on a clone, and keep the result"})
def record(
    c: Host,
    unfreeze: bool = False,
    rehearse: bool = False,
    json: bool = False,
    quiet: bool = False,
    verbose: bool = False,
) -> Outcome | None:
    """Record what runs as a good release, if every check says so; for the end of a deployment."""
    plan = record_plan(releases.check_record(c, unfreeze, rehearse))
    return carry_out(c, plan, RunOptions(yes=True), DEPLOYMENT)


def record_plan(report: ReleaseReport) -> Plan:
    """Return the plan that keeps the images of a good release, proves it, and writes it into the ledger."""
    commit, seen = report.commit, report.state
    return chain(
        report,
        _keep_step(report),
        _way_back_step(report),
        task="release.record",
        purpose=f"{commit.title} is good",
        proof=Expectation(commit=commit.sha, revision=seen.revision, services=report.lasting, healthy=True),
        closing=ledger.closing(report.environment, [report.good], report.schema, report.rehearsed),
    )


def _way_back_step(report: ReleaseReport) -> Step | None:
    """Return the step that rehearses the way back, once the release is proven: a failure changes nothing of that."""
    step, before = db.rehearse_step(report), report.before
    if not step or not before:
        return None
    again = fab(f"db.rehearse --commit {before.commit[:SHORT]}")
    return replace(step, after=True, preparation=False, commands=(again,))


def _keep_step(report: ReleaseReport) -> Step:
    """Return the step that keeps the images; a release of which none is built here is proven and recorded as well."""
    none = Step(name="keep", title="Keep the images that run now: none is built here", script=":", preparation=True)
    return containers.keep_images_step(report) or none


@task(
    iterable=["image"],
    help={
        "commit": "the commit that is to be deployed: a hash, tag or branch that the host's checkout knows; else HEAD",
        "image": "SERVICE=IMAGE: the image of that commit, where nothing else says; may be given again",
        "allow_loss": "end well also where taking it back loses something",
    },
)
def check(
    c: Host,
    commit: str | None = None,
    image: Sequence[str] | None = None,
    full: bool = False,
    allow_loss: bool = False,
    json: bool = False,
) -> Checked:
    """Try on a clone whether a commit could be taken back once it is deployed: 0 if without loss, else 1."""
    named = RollbackOptions(image=list(image or ())).named
    found = release_check.check(c, commit or "HEAD", named, full)
    if not console.emit_json(to_builtins(found)):
        for line in found.told:
            console.say(line)
    if found.can != "without loss" and not (found.can == "with loss" and allow_loss):
        raise Failed(f"{found.line}.")
    console.say(f"{found.line}.", style="bold green" if found.can == "without loss" else "yellow")
    return found


@task(name="list")
def list_(c: Host, json: bool = False) -> list[Entry]:
    """List the releases that were recorded: good, bad, and who said so when."""
    found = c.ask(ledger.probe(c.environment))
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

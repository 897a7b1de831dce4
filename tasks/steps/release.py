"""The ledger of releases: what ran and was proven, what was rolled back, and the freeze that follows."""

from __future__ import annotations

import time

from ..console import terminal as console
from ..console.errors import Refused
from ..engine.task import task


@task(help={"snapshot": "copy the database as well, which ends the sessions on it"})
def begin(c, snapshot=False, yes=False, json=False):
    """Keep what runs now, before a deployment: its images, and with --snapshot its data."""
    from ..engine.plan import Expectation, Plan
    from ..engine.run import Way, activity, carry_out
    from ..preflight import ledger, releases
    from ..tools.compose import images
    from .builders import snapshots as net

    started, before = time.monotonic(), activity(c)
    seen, commit = releases.present(c)
    wanted = images.look_at(c, seen, commit)
    plan = Plan(
        task="release.begin",
        purpose=f"keep {commit.title}",
        steps=[images.keep_step(c.environment, wanted.images, commit.sha)],
        expect=Expectation(commit=commit.sha, revision=seen.revision),
        records=[releases.record(ledger.BEGUN, commit, seen, wanted)],
    )
    if snapshot:
        plan.facts += net.room(c, seen)
        plan.steps.append(net.snapshot_step(c, seen, plan.run))
        plan.before = releases.before(seen, wanted, commit) | net.kept(c, plan.run)
        plan.records[0]["snapshot"] = plan.before["snapshot"]
        plan.back = f"fab undo --run {plan.run} --restore-snapshot"
    # Tags disturb nobody; a snapshot ends the sessions on the database, and is asked for.
    return carry_out(c, plan, Way(yes=yes or not snapshot, activity=before), started)


@task
def record(c, unfreeze=False, json=False):
    """Record what runs as a good release, if every check says so; for the end of a deployment."""
    from ..engine.plan import Expectation, Plan
    from ..engine.run import Way, activity, carry_out
    from ..preflight import ledger, releases
    from ..tools.compose import images

    started, before = time.monotonic(), activity(c)
    seen, commit = releases.present(c)
    back = releases.brought_back(c, commit)
    if back and not unfreeze:
        raise Refused(
            f"{commit.title} contains {', '.join(b[:12] for b in back)}, which was rolled back, and neither a revert "
            "nor a recorded fix of it. Nothing was recorded. If it is mended: the same command with --unfreeze."
        )
    releases.require_proof(c)
    if seen.modified:
        names = ", ".join(seen.modified[:5])
        raise Refused(f"The checkout has local changes ({names}): that is not {commit.title}. Nothing was recorded.")
    wanted = images.look_at(c, seen, commit)
    plan = Plan(
        task="release.record",
        purpose=f"{commit.title} is good",
        steps=[images.keep_step(c.environment, wanted.images, commit.sha)],
        expect=Expectation(commit=commit.sha, revision=seen.revision, services=wanted.services, healthy=True),
        records=[{**releases.record(ledger.GOOD, commit, seen, wanted), "fixes": back}],
    )
    return carry_out(c, plan, Way(yes=True, activity=before), started)


@task(name="list")
def list_(c, json=False):
    """List the releases that were recorded: good, bad, and who said so when."""
    from msgspec import to_builtins

    from ..preflight import releases

    found = releases.read(c)
    if console.document(to_builtins(found)):
        return found
    if not found:
        console.say("No release was recorded yet: fab release.record, after a good deployment.")
        return found
    console.table(("at", "commit", "subject", "", "revision", "by"), map(releases.row, found))
    return found

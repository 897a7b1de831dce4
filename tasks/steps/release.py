"""The ledger of releases: what ran and was proven, what was rolled back, and the freeze that follows."""

from __future__ import annotations

import time

import msgspec

from ..core import console, state
from ..core.checks import checkup
from ..core.code import commits
from ..core.containers import images
from ..core.database import copies
from ..core.errors import Failed, Refused
from ..core.execution.run import Way, activity, carry_out
from ..core.journal import ledger
from ..core.journal.ledger import Entry
from ..core.plan import Expectation, Plan
from ..core.task import task


def read(c) -> list[Entry]:
    """Return the ledger of the primary host, the oldest entry first."""
    folder = state.folder(c.environment)
    return ledger.entries(c.sh(f"cat {ledger.path(folder)} 2>/dev/null || :").stdout)


@task
def begin(c, snapshot=False, yes=False, json=False):
    """Keep what runs now, before a deployment: its images, and with --snapshot its data."""
    started, before = time.monotonic(), activity(c)
    seen, commit = _present(c)
    wanted = images.look_at(c, seen, commit)
    plan = Plan(
        task="release.begin",
        purpose=f"keep {commit.title}",
        steps=[images.keep_step(c.environment, wanted.images, commit.sha)],
        expect=Expectation(commit=commit.sha, revision=seen.revision),
        records=[_record(ledger.BEGUN, commit, seen, wanted)],
    )
    if snapshot:
        plan.steps.append(copies.snapshot_step(c, seen, plan.run))
        plan.records[0]["snapshot"] = copies.snapshot_name(c, plan.run)
    # Tags disturb nobody; a snapshot ends the sessions on the database, and is asked for.
    return carry_out(c, plan, Way(yes=yes or not snapshot, activity=before), started)


@task
def record(c, unfreeze=False, json=False):
    """Record what runs as a good release, if every check says so; for the end of a deployment."""
    started, before = time.monotonic(), activity(c)
    seen, commit = _present(c)
    back = _brought_back(c, commit)
    if back and not unfreeze:
        raise Refused(
            f"{commit.title} contains {', '.join(b[:12] for b in back)}, which was rolled back, and neither a revert "
            "nor a recorded fix of it. Nothing was recorded. If it is mended: the same command with --unfreeze."
        )
    _proven(c)
    if seen.modified:
        names = ", ".join(seen.modified[:5])
        raise Refused(f"The checkout has local changes ({names}): that is not {commit.title}. Nothing was recorded.")
    wanted = images.look_at(c, seen, commit)
    plan = Plan(
        task="release.record",
        purpose=f"{commit.title} is good",
        steps=[images.keep_step(c.environment, wanted.images, commit.sha)],
        expect=Expectation(commit=commit.sha, revision=seen.revision, services=wanted.services, healthy=True),
        records=[{**_record(ledger.GOOD, commit, seen, wanted), "fixes": back}],
    )
    return carry_out(c, plan, Way(yes=True, activity=before), started)


@task(name="list")
def list_(c, json=False):
    """List the releases that were recorded: good, bad, and who said so when."""
    found = read(c)
    if console.document(msgspec.to_builtins(found)):
        return found
    if not found:
        console.say("No release was recorded yet: fab release.record, after a good deployment.")
        return found
    console.table(("at", "commit", "subject", "", "revision", "by"), map(_row, found))
    return found


def _row(entry: Entry) -> tuple[str, ...]:
    at = time.strftime("%Y-%m-%d %H:%M", time.localtime(entry.at))
    by = f"{entry.who} from {entry.machine} ({entry.task})"
    return at, entry.commit[:12], entry.subject, ledger.WORDS[entry.event], ", ".join(entry.revision or []), by


def _proven(c) -> None:
    """Raise Failed when any check of `verify` is not right on any host."""
    for member in c.fleet:
        if wrong := [check for check in checkup.look(member) if not check.ok]:
            raise Failed(f"{member.address}: not recorded as good: {checkup.summary(wrong)}. Next: fab diagnose")


def _present(c) -> tuple[state.State, commits.Commit]:
    """Return what is there, and the commit that all hosts stand on."""
    states = [member.look() for member in c.fleet]
    if len({seen.head for seen in states}) > 1:
        heads = ", ".join(seen.head[:12] for seen in states)
        raise Refused(f"The hosts stand on different commits: {heads}. Nothing was recorded.")
    answer = c.ask({"commit": commits.show_one(c.environment, "HEAD")})["commit"]
    found = commits.parse_commits(answer.out)
    if not found:
        raise Refused(f"{c.address}: HEAD cannot be read: {answer.err.strip()}. Nothing was recorded.")
    return states[0], found[0]


def _brought_back(c, commit: commits.Commit) -> list[str]:
    """Return the commits that were rolled back and that `commit` deploys again."""
    return c.sh(ledger.frozen(c.environment, commit.sha, read(c))).stdout.split()


def _record(event: str, commit: commits.Commit, seen: state.State, wanted: images.Target) -> dict:
    return {
        "event": event,
        "commit": commit.sha,
        "subject": commit.subject,
        "revision": seen.revision,
        "images": {i.service: i.retained(commit.sha) for i in wanted.images},
    }

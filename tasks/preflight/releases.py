"""What `release.begin` and `release.record` find on the hosts, and write into the ledger."""

from __future__ import annotations

from ..console.errors import Failed, Refused
from ..console.units import moment
from ..ssh import paths
from ..ssh.parallel import parallel_map
from ..tools.compose.images import Target
from ..tools.git import commits
from . import checkup, health, ledger, state
from .ledger import Entry


def read(c) -> list[Entry]:
    """Return the ledger of the primary host, the oldest entry first."""
    folder = paths.state(c.environment)
    return ledger.entries(c.sh(f"cat {ledger.path(folder)} 2>/dev/null || :").stdout)


def present(c) -> tuple[state.State, commits.Commit]:
    """Return what is there, and the commit that all hosts stand on."""
    states = parallel_map(c.fleet, state.look)
    if len({seen.head for seen in states}) > 1:
        heads = ", ".join(seen.head[:12] for seen in states)
        raise Refused(f"The hosts stand on different commits: {heads}. Nothing was recorded.")
    answer = c.ask({"commit": commits.show_one(c.environment, "HEAD")})["commit"]
    found = commits.parse_commits(answer.out)
    if not found:
        raise Refused(f"{c.address}: HEAD cannot be read: {answer.err.strip()}. Nothing was recorded.")
    return states[0], found[0]


def brought_back(c, commit: commits.Commit) -> list[str]:
    """Return the commits that were rolled back and that `commit` deploys again."""
    return c.sh(ledger.frozen(c.environment, commit.sha, read(c))).stdout.split()


def require_proof(c) -> None:
    """Raise Failed when any check of `verify` is not right on any host."""
    for member in c.fleet:
        if wrong := health.summary(checkup.look(member)):
            raise Failed(f"{member.address}: not recorded as good: {wrong}. Next: fab diagnose")


def record(event: str, commit: commits.Commit, seen: state.State, wanted: Target) -> dict:
    """Return what the ledger will say of `commit`: good, or begun."""
    return {
        "event": event,
        "commit": commit.sha,
        "subject": commit.subject,
        "revision": seen.revision,
        "images": {i.service: i.retained(commit.sha) for i in wanted.images},
    }


def row(entry: Entry) -> tuple[str, ...]:
    """Return the line of a table about one entry."""
    by = f"{entry.who} from {entry.machine} ({entry.task})"
    return (
        moment(entry.at),
        entry.commit[:12],
        entry.subject,
        ledger.WORDS[entry.event],
        ", ".join(entry.revision or []),
        by,
    )


def before(seen: state.State, wanted: Target, commit: commits.Commit) -> dict:
    """Return what `undo` has to know to come back to what is there now."""
    return {
        "commit": commit.sha,
        "branch": seen.branch,
        "revision": seen.revision,
        "images": {i.service: i.retained(commit.sha) for i in wanted.images},
        "running": sorted({k.service for k in seen.containers if k.running}),
        "healthy": seen.healthy,
    }

"""What a report tells beside the journal: rows and copies, commits taken back, the deployment that led here, logs."""

from __future__ import annotations

import re

from msgspec import Struct, field

from ..config.settings import Environment
from ..console.errors import Refused
from ..engine import journal, journaled
from ..engine.plan import Plan
from ..engine.record import RunRecord
from ..preflight.backups import copies
from ..preflight.checks import diagnosis, examine
from ..preflight.checks.verdict import LastGood
from ..preflight.history import ledger
from ..preflight.history.ledger import Entry
from ..preflight.present.state import State
from ..ssh import scripts
from ..ssh.host import Host
from ..ssh.probe import Probe, nothing, single
from ..ssh.shell import nonce, sections
from ..tools.git import commits
from ..tools.git.commits import Commit
from ..tools.postgres import reads
from ..tools.postgres.server import Server
from . import headline

COUNTING = 30  # seconds that counting all rows may take
MOVES = 200  # entries of the checkout's reflog that are read
COMMITS = 50  # taken back, that are named
LINES = 60  # of each log that was kept
MOVED = re.compile(r"([0-9a-f]{40,64}) HEAD@\{(\d+)\}")


class Deployed(Struct, frozen=True):
    """When the release that was left came onto the host (its clock, seconds), and who or what says so."""

    at: float
    by: str


class Background(Struct, frozen=True, kw_only=True):
    """What was found of it; rows and server are None where they gave no answer in time.

    `verdict` is what the decision tree says is wrong now; empty: nothing is, or it cannot tell.
    """

    rows: dict[str, int] | None = None
    server: Server | None = None
    commits: list[Commit] = field(default_factory=list)
    deployed: Deployed | None = None
    logs: dict[str, str] = field(default_factory=dict)
    verdict: str = ""


def read(host: Host, seen: State, main: RunRecord) -> Background:
    """Return what the host knows beside the journal of the main run; changes nothing."""
    environment, plan = host.environment, main.plan
    said, moved, taken_back, logs = host.ask(
        ledger.probe(environment), _moves(environment), _taken_back(environment, plan), _logs(environment, main.run)
    )
    began = float(journaled.first(main.journal).get("at") or 0)
    left = plan.before.commit if plan.before else ""
    rows, server = data(host, seen)
    return Background(
        rows=rows,
        server=server,
        commits=taken_back,
        deployed=deployed(left, began, said, moved),
        logs=logs,
        verdict="" if headline.well(seen) else verdict(host),
    )


def verdict(host: Host) -> str:
    """Return what the decision tree says of all hosts as they are now; empty where it cannot tell."""
    looks = {member.address: examine.examine(member) for member in host.fleet}
    found = diagnosis.judge(host.environment, looks, LastGood(why="it was not asked for"))
    return "" if found.kind in ("unknown", "healthy") else f"{found.kind}: {found.why}"


def data(host: Host, seen: State) -> tuple[dict[str, int] | None, Server | None]:
    """Return the rows of every table and what the server holds; None for what gives no answer in time."""
    try:
        live = copies.database_of(host, seen)
    except Refused:
        return None, None
    rows, server = host.ask(reads.optional(reads.rows(live)), reads.optional(reads.server(live)), timeout=COUNTING)
    return rows, server


def deployed(left: str, began: float, said: list[Entry], moved: list[tuple[str, float]]) -> Deployed | None:
    """Return when the commit that was `left` was deployed before the run `began`, by the ledger, else by the reflog."""
    begun = [e for e in said if e.event == ledger.BEGUN and e.commit != left and e.at < began]
    checked_out = [at for commit, at in moved if commit == left and at < began]
    if begun and (not checked_out or begun[-1].at <= checked_out[0]):
        return Deployed(begun[-1].at, f"release.begin, by {begun[-1].who or 'somebody'}")
    return Deployed(checked_out[0], "the checkout moved to it") if checked_out else None


def _moves(environment: Environment) -> Probe[list[tuple[str, float]]]:
    """Return the probe of the commits that HEAD moved to, and when (seconds since the epoch), the newest first."""
    command = commits.git(environment, "log", "-g", f"-{MOVES}", "--format=%H %gd", "--date=unix", "HEAD", "--")
    return single(command, lambda answer: [(sha, float(at)) for sha, at in MOVED.findall(answer.out)])


def _taken_back(environment: Environment, plan: Plan) -> Probe[list[Commit]]:
    """Return the probe of the commits that the release that was left had more than the one that was gone back to."""
    if not (plan.before and plan.before.commit and plan.expect.commit):
        return nothing([])
    ends = f"{plan.expect.commit}..{plan.before.commit}"
    words = ("log", f"-{COMMITS}", f"--format={commits.FORMAT}", "--date=format-local:%Y-%m-%d %H:%M UTC", ends, "--")
    return single(f"TZ=UTC {commits.git(environment, *words)}", lambda answer: commits.parse_commits(answer.out))


def _logs(environment: Environment, run: str) -> Probe[dict[str, str]]:
    """Return the probe of the last lines of each log that `run` kept, by the name of its container."""
    mark, folder = nonce(), journal.folder(environment, run)
    script = scripts.call("incident/kept-logs.sh", RUN=folder, MARK=mark, LINES=str(LINES))
    return single(script, lambda answer: _by_name(sections(answer.out, mark)))


def _by_name(logs: list[tuple[str, str]]) -> dict[str, str]:
    return {name.removesuffix(".log"): text.rstrip() for name, text in logs if text.strip()}

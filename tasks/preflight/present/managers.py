"""Which manager of a swarm serves; all that answer hold the same lock, and copies of the same state."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct, field

from ...config.settings import Environment
from ...console import terminal
from ...console.commands import fab, fab_at
from ...console.errors import Failed, Refused, reason
from ...console.text import last_line
from ...engine import lock, mirrors
from ...engine.mirrors import HERE, Copy
from ...ssh import fleet, scripts
from ...ssh.host import Host
from ...ssh.parallel import parallel_map
from ...ssh.probe import Probe, answered, single
from ...ssh.shell import quote
from ...tools.compose import compose
from ...tools.git import standing
from ...tools.git.commits import SHORT

NOTHING = Copy(0, 0.0, 0.0, "")


class _Manager(Struct, frozen=True, eq=False):
    """A manager that was asked.

    Attributes:
        node: what the swarm calls it; may be empty, as all of these.
        runs: what it has of the last runs.
        held: the run that holds it and is not over.
        head: the commit of its checkout.
        database: whether the database's task runs on its node.
        problem: why it does not serve.
    """

    member: Host
    node: str = ""
    runs: dict[str, Copy] = field(default_factory=dict)
    held: str = ""
    head: str = ""
    database: bool = False
    problem: str = ""

    @property
    def name(self) -> str:
        """What it is called."""
        return self.member.address

    def carries(self, run: str) -> bool:
        """Whether it is the one that carries a run out, or did."""
        return run in self.runs and self.runs[run].node in (HERE, self.node)

    def knows(self, run: str) -> Copy:
        """What it has of a run."""
        return self.runs.get(run, NOTHING)


def serving(c: Host) -> Host:
    """Return the manager that serves, of those that answer; the others are its mirrors, brought up to date.

    That is one that carries out a run which is not over; else the one with the database's task, if its checkout is
    where that of the last run is; else the one that carried out the last run, or the first. Raises Refused where none
    answers.
    """
    if len(c.fleet) == 1:
        return c
    asked = _leveled(c)
    answering = [one for one in asked if not one.problem]
    if not answering:
        raise Refused("; ".join(f"{one.name}: {one.problem}" for one in asked) + ".")
    chosen = _chosen(answering)
    for line in _told(chosen, asked):
        terminal.to_stderr(line)
    host = fleet.only(c, [chosen.member])
    host.node, host.doubt = chosen.node, _doubt(chosen)
    host.mirrors = tuple(one.member for one in answering if one is not chosen)
    return host


def _leveled(c: Host) -> list[_Manager]:
    """Return what all managers say, once those that answer know the same of the last runs."""
    asked = parallel_map(c.fleet, _ask)
    lacked = _level([one for one in asked if not one.problem])
    return parallel_map(c.fleet, _ask) if lacked else asked


def _chosen(answering: Sequence[_Manager]) -> _Manager:
    last = max((copy.worked, run) for one in answering for run, copy in [*one.runs.items(), ("", NOTHING)])[1]
    held = {one.held for one in answering} - {""}
    head = max(answering, key=lambda one: one.carries(last)).head
    return max(
        answering,
        key=lambda one: (any(map(one.carries, held)), one.database and one.head == head, one.carries(last)),
    )


def _level(answering: Sequence[_Manager]) -> bool:
    """Give each manager what it has not of the last runs, as one that was away has not; return whether one lacked any.

    What counts of a run is what the one has that knows of the most turns; of several, the one that carries it out.
    """
    runs = sorted({run for one in answering for run in one.runs})[-mirrors.LOOKED_AT :]
    truth = {run: max(answering, key=lambda one: _weight(one, run)) for run in runs}
    last = max(truth, key=lambda run: truth[run].knows(run).worked, default="")
    lacking = [
        (one, source, [run for run in runs if truth[run] is source and one.knows(run).at != source.knows(run).at])
        for one in answering
        for source in answering
    ]
    for one, source, theirs in lacking:
        if theirs:
            _bring(source, one, theirs, last if last in theirs else "")
    return any(theirs for _one, _source, theirs in lacking)


def _weight(one: _Manager, run: str) -> tuple[int, bool, float]:
    known = one.knows(run)
    return known.turns, one.carries(run), known.at


def _bring(source: _Manager, target: _Manager, runs: Sequence[str], last: str) -> None:
    try:
        mirrors.take_in(target.member, mirrors.taken_out(source.member, source.node, runs, last))
    except (Failed, Refused) as error:
        terminal.to_stderr(f"{target.name} does not know of the last runs, as {source.name} does: {reason(error)}.")


def _doubt(chosen: _Manager) -> str:
    """Return why nobody may go on with the run that is not over; empty: its node answers, or the swarm has lost it."""
    if not chosen.held or chosen.held not in chosen.runs or chosen.carries(chosen.held):
        return ""
    run, node = chosen.held, chosen.runs[chosen.held].node
    about = "{{.Status.State}} {{.Description.Hostname}}"
    said = chosen.member.ask(answered(f"docker node inspect -f {quote(about)} {quote(node)}"))
    state, _, name = said.out.strip().partition(" ")
    if said.ok and state != "down":
        return (
            f"run {run} is carried out by {name}, which does not answer here and is {state} in the swarm: "
            "a step may go on there. Reach it, or see to it that it is off."
        )
    terminal.to_stderr(
        f"{name or node}, which carried out run {run}, is lost: whether what was under way there has ended is not "
        f"known. {fab('resume')} does that anew, from the copy of the run on {chosen.name}."
    )
    return ""


def _told(chosen: _Manager, asked: Sequence[_Manager]) -> Iterator[str]:
    """Yield what there is to know of the managers that do not serve, a line each."""
    for one in asked:
        if one is chosen:
            continue
        if one.problem:
            yield f"{one.name} does not serve ({one.problem}): it is not locked, and gets no copy of what is done."
        elif one is asked[0]:
            yield f"{chosen.name} serves: {_reason(chosen)}."
        if one.database and not chosen.database:
            yield f"{one.name} has the database's task, and serves once {_until(chosen, one)}"


def _reason(chosen: _Manager) -> str:
    if chosen.carries(chosen.held):
        return f"it carries out run {chosen.held}, which is not over"
    return "it has the database's task" if chosen.database else "it carried out the last run"


def _until(chosen: _Manager, other: _Manager) -> str:
    if chosen.held:
        return f"run {chosen.held} is over."
    head = chosen.head[:SHORT]
    bring = f"ROLLBACK_ENV={other.member.environment.name} {fab_at(other.name, f'git.checkout --commit {head}')}"
    return f"its checkout is at {head} too: {bring}"


def _ask(member: Host) -> _Manager:
    environment = member.environment
    try:
        leads, runs, held, head, database = member.ask(
            answered(scripts.call("tools/swarm/leader.sh", **compose.variables(environment))),
            mirrors.known(environment),
            lock.show(environment),
            standing.head(environment),
            _has_database(environment),
        )
    except (Failed, Refused) as error:
        return _Manager(member, problem=reason(error, member.address))
    if not leads.ok:
        return _Manager(member, problem=last_line(leads.err))
    run = held.run if held and held.state != "FREE" else ""
    return _Manager(member, leads.out.strip(), runs, run, head.commit, database)


def _has_database(environment: Environment) -> Probe[bool]:
    service = f"{environment.stack}_{environment.service('database')}"
    label = quote(f"label=com.docker.swarm.service.name={service}")
    return single(f"docker ps -q --filter {label}", lambda answer: bool(answer.out.strip()))

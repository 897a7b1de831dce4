"""The preflight of a rollback: every host reached and found fit, the target understood; nothing is changed."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Sequence
from typing import NamedTuple

from msgspec import structs

from ..console.commands import HOSTS_FILE
from ..console.errors import Refused
from ..ssh.host import Host
from ..ssh.parallel import parallel_map
from ..ssh.probe import Probe, nothing
from ..tools.alembic import other_trees
from ..tools.alembic.revisions import Graphs
from ..tools.compose import images, inspect, project
from ..tools.compose.images import CommitFiles
from . import downgrade, summary, worktree
from .history import ledger
from .history.ledger import Entry
from .present import drift, fleetwide, state, target_files
from .present.drift import Drifted
from .present.reports import saying
from .present.state import State
from .revisions import schema, schema_choice, start_up
from .rollback_report import RollbackOptions, RollbackReport
from .target import commit_choice, image_choice, service_moves
from .target.commit_choice import Named
from .target.image_candidates import Asked

_UNMOVED = (
    "{} differs between the commits: another tree of migrations than {} names (database.alembic.config). "
    "Its schema stays as it is: take it back by hand, before the code"
)


class _Seen(NamedTuple):
    member: Host
    state: State
    named: Named
    wanted: CommitFiles
    ledger: list[Entry]
    names_now: dict[str, str]
    drifted: Drifted
    graphs: Graphs
    trees: list[str]


def check(c: Host, commit: str | None, options: RollbackOptions) -> RollbackReport:
    """Return what a rollback to `commit` would meet, or raise Refused for what makes it impossible.

    Every host is asked for all of it at once; what a downgrade destroys needs a second question.
    """
    ref = commit_choice.required(c, commit)
    hosts = parallel_map(c.fleet, lambda member: _Seen(member, *member.ask(*_probes(member, ref, options))))
    first = hosts[0]
    report = _report(c, [host.state for host in hosts], _asked(c, ref, hosts, options), options)
    report = drift.told(report, [host.drifted for host in hosts], report.services, drift.COMMIT)
    others = other_trees.others(first.trees, first.graphs.values())
    report = saying(report, warnings=[_UNMOVED.format(one, HOSTS_FILE) for one in others])
    report = _with_schema(c, report, (ref, first.graphs)) if options.database else _with_schema_left(c, report)
    report = _rolling(report) if c.environment.stack else report
    return structs.replace(report, summary=summary.of(report, first.named.ahead))


def _asked(c: Host, ref: str, hosts: Sequence[_Seen], options: RollbackOptions) -> Asked:
    """Return what `ref` means, and who decides its images; Refused where a host cannot be put on it."""
    for host in hosts:
        worktree.fit(host.member, host.state, stash=options.stash)
    targets = [commit_choice.known(host.member, ref, host.named) for host in hosts]
    if len({t.sha for t in targets}) > 1:
        raise Refused(f"{ref} is not the same commit on every host: name it by its full hash.")
    wanted = [target_files.check(h.member, h.state, targets[0], (h.wanted, h.drifted)) for h in hosts]
    return Asked(
        state=fleetwide.joined(c, [host.state for host in hosts]),
        target=targets[0],
        wanted=wanted[0],
        ledger=hosts[0].ledger,
        names_now=dict(ChainMap(*(host.names_now for host in hosts))),
        named=options.named,
        before=options.before,
        hosts=c.fleet,
    )


def _rolling(report: RollbackReport) -> RollbackReport:
    """Return the report with nothing stopped where no schema moves: a swarm replaces what runs.

    Refused for what is not done in one.
    """
    if report.services:
        raise Refused(f"--service: a stack is deployed as a whole (orchestrator: swarm in {HOSTS_FILE}).")
    return report if report.migration else structs.replace(report, stopping=[])


def _probes(member: Host, ref: str, options: RollbackOptions) -> list[Probe[object]]:
    environment = member.environment
    asked = environment.alembic and options.database and member is member.fleet[0]
    return [
        state.probe(environment),
        commit_choice.probe(environment, ref),
        images.commit_files(environment, ref),
        ledger.probe(environment),
        inspect.names_now(environment),
        drift.probe(environment),
        schema.probe(environment, ref) if asked else nothing({}),
        other_trees.probe(environment, ref) if asked else nothing([]),
    ]


def _report(c: Host, states: list[State], asked: Asked, options: RollbackOptions) -> RollbackReport:
    services = _services(c, asked, options.service)
    choice = image_choice.choose(c, asked, services)
    moves = service_moves.choose(c.environment, states, asked, services, [i.service for i in choice.images])
    return RollbackReport(
        environment=asked.state.settled(c.environment),
        state=asked.state,
        target=asked.target,
        wanted=asked.wanted,
        stopping=moves.stopping,
        moves=moves,
        images=choice.images,
        decided=choice.decided,
        services=services,
        options=options,
        facts=[*_facts(asked.state, services, options), *choice.facts, *moves.facts],
        questions=_same_commit(asked, options),
        warnings=[*choice.warnings, *moves.warnings],
    )


def _same_commit(asked: Asked, options: RollbackOptions) -> list[str]:
    """Return the question before a rollback to where the checkout is, unless it is the way back from one."""
    if options.before or asked.target.sha != asked.state.head:
        return []
    return [f"The checkout is at {asked.target.title} already: no code goes back."]


def _facts(seen: State, services: list[str], options: RollbackOptions) -> list[str]:
    aside = f"local changes are put aside ({', '.join(seen.modified[:5])}): git stash pop there brings them back"
    jobs = f"goes on meanwhile, with the code of before: {', '.join(seen.jobs)} (docker-compose run)"
    return [
        *([jobs] if seen.jobs else []),
        *(f"{name} stays as it was changed on the host" for name in seen.kept),
        *([aside] if options.stash and seen.modified else []),
        *([f"only {', '.join(services)} start anew"] if services else []),
    ]


def _services(c: Host, asked: Asked, name: str | None) -> list[str]:
    """Return the named service and all that share its image; nothing for all services."""
    if not name:
        return []
    files = asked.wanted.files
    service = project.resolve(c.environment, files, asked.state.containers, name)
    if service not in files.services:
        raise Refused(f"{asked.target.title} has no service {service}.")
    return files.sharing(service)


def _with_schema(c: Host, report: RollbackReport, known: schema.Known) -> RollbackReport:
    """Return the report with what the target needs of the schema, and what the way there costs."""
    change = schema_choice.needed(c, report.state, report.target, report.options, known)
    if change is None:
        return saying(report, facts=[f"no alembic in {HOSTS_FILE}: the schema is left as it is"])
    there = [] if change.changes else [f"the database is at {change.goal}, where the target needs it"]
    report = saying(structs.replace(report, schema=change), facts=there)
    return downgrade.changing(c, report, change, report.options, report.target)


def _with_schema_left(c: Host, report: RollbackReport) -> RollbackReport:
    rows = ", ".join(report.state.revision or [])
    if not rows:
        return report
    upgrade = start_up.upgrade(c, report.target.sha)
    warning = f"the target's start-up runs `{upgrade}`: it will not find {rows} there, and fail"
    stays = f"the schema stays at {rows} (--no-database)"
    return saying(report, facts=[stays], warnings=[warning] if upgrade else [])

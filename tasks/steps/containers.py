"""The containers: stop and start them, and what they really do; `restarts`, and in `builds` their images."""

from __future__ import annotations

from msgspec import structs

from ..console import terminal as console
from ..console.commands import fab
from ..console.errors import Failed
from ..console.units import moment, stamp
from ..engine import completion
from ..engine.plan import Expectation, Plan, Step, chain
from ..preflight import service_choice
from ..preflight.present import state
from ..preflight.present.reports import DeploymentReport
from ..preflight.rollback_report import RollbackReport
from ..preflight.service_choice import ServicesReport
from ..preflight.undo_report import RollbackUndoReport
from ..ssh.host import Host
from ..ssh.parallel import parallel_map
from ..tools.compose import compose, services
from ..tools.compose.inspect import Container
from .builds import build as build
from .builds import carry_step as carry_step
from .builds import keep_images_step as keep_images_step
from .builds import prune as prune
from .builds import rebuild as rebuild
from .declare import change, task
from .restarts import restart as restart
from .restarts import restart_plan as restart_plan

START = fab("containers.start")
SWARM_STOP = 600  # seconds that tasks on all nodes, the database's after the others, may take to end


def stop_step(report: DeploymentReport) -> Step | None:
    """Return the runbook's "Stop All Services" (or those the report names), the database last if it is among them."""
    if not report.stopping:
        return None
    grace, stopped = report.environment.compose.grace, report.stopping
    return Step(
        name="stop",
        effects=("stops",),
        title=f"Stop {', '.join(stopped)}",
        script=compose.call(report.environment, "containers/stop.sh", *stopped),
        services=tuple(stopped),
        commands=(_shown_stop(report),),
        outage=True,
        back=START,
        timeout=SWARM_STOP if report.environment.stack else 2 * grace + 120,
    )


@change(step=stop_step)
def stop(c: Host, service: str | None = None) -> Plan | None:
    """Stop all services, or one, as the runbook's "Stop All Services"."""
    report = service_choice.check(c, service, files=False)
    up = [k for k in report.state.of(*report.stopping) if k.status in ("running", "restarting", "paused")]
    if not up and len(report.environment.hosts) == 1:
        console.say(f"{report.title}: nothing runs already.")
        return None
    return chain(
        report,
        stop_step(report),
        task="containers.stop",
        purpose=f"stop {report.title}",
        proof=Expectation(stopped=report.stopping),
        back=fab(f"containers.start{report.option}"),
    )


def start_step(report: ServicesReport | RollbackReport | RollbackUndoReport) -> Step | None:
    """Return the runbook's "Start All Services": from the images of the report's target, where it has one.

    Without a target the containers start as they are, and new ones are made only where there are none. There is no
    step where a rollback starts nothing: compose, told of no service, would start all.
    """
    if not isinstance(report, ServicesReport):
        return _start_target(report) if report.moves.starting else None
    if report.environment.stack:
        return start_existing_step(structs.replace(report, stopping=report.services))
    words = ["--no-recreate", *report.words]
    script = services.start_missing(report.environment, words)
    return _starting(report, report.title, script, words, report.services)


def _start_target(report: RollbackReport | RollbackUndoReport) -> Step:
    moves, named = report.moves, _not_up(report)
    words = ["--no-deps", *services.scaled(report.wanted.files, moves.replicas), *moves.starting]
    script = services.start(report.environment, report.wanted, report.built, report.target.sha, report.decided, *words)
    step = _starting(report, f"{', '.join(named)} from the images of {report.target.title}", script, words, named)
    return structs.replace(step, outage=not _rolling(report))


def _starting(report: DeploymentReport, title: str, script: str, words: list[str], named: list[str]) -> Step:
    return Step(
        name="start",
        effects=("starts",),
        title=f"Start {title}",
        script=script,
        commands=(services.shown(report.environment, words),),
        services=tuple(named),
        timeout=900,
    )


def _not_up(report: RollbackReport | RollbackUndoReport) -> list[str]:
    """Return the services that a start is about: all but those that go on where the run stops others."""
    stays = report.state.up - set(report.stopping) if report.stopping else set()
    return [service for service in report.moves.starting if service not in stays]


def _rolling(report: RollbackReport | RollbackUndoReport) -> bool:
    """Return whether a swarm replaces what runs task after task, and some of every service always run."""
    one_by_one = report.environment.stack and not report.stopping
    return bool(one_by_one and all(len(report.state.of(i.service)) > 1 for i in report.images))


@change(step=start_step)
def start(c: Host, service: str | None = None) -> Plan:
    """Start all services, or one: the containers as they are, new ones only where there are none."""
    report = service_choice.check_start(c, service)
    return chain(
        report,
        start_step(report),
        task="containers.start",
        purpose=f"start {report.title}",
        proof=Expectation(services=report.lasting, replicas=report.replicas),
        back=fab(f"containers.stop{report.option}"),
    )


def start_existing_step(report: DeploymentReport) -> Step | None:
    """Return the runbook's "Restart Backend": the containers that the run stopped, started as they are."""
    if not report.stopping:
        return None
    return Step(
        name="start",
        effects=("starts",),
        title=f"Start {', '.join(report.stopping)} again",
        script=compose.call(report.environment, "containers/start-existing.sh", *report.stopping),
        services=tuple(report.stopping),
        commands=(_shown_start(report),),
        outage=True,
        timeout=300,
    )


@task
def status(c: Host, json: bool = False) -> None:
    """Show the containers of every host: what they run, since when, and how they are."""
    seen = list(zip(c.fleet, parallel_map(c.fleet, state.look), strict=True))
    problems = (f"{m.address}: {s.problems['containers']}" for m, s in seen if "containers" in s.problems)
    if problem := next(problems, ""):
        raise Failed(" ".join(problem.split()))
    found = [(member, k) for member, there in seen for k in there.containers]
    completion.remember(c.environment, "service", (k.service for _, k in found))
    if console.emit_json([{"host": member.address, **structs.asdict(k)} for member, k in found]):
        return
    headings = ("service", "container", "state", "since", "restarts", "image", "host")
    console.table(headings, [(*_row(k), member.host) for member, k in found])
    if not found:
        console.say(f"There is no container of this project. Next: {START}")


def _shown_stop(report: DeploymentReport) -> str:
    environment, stopped = report.environment, report.stopping
    if environment.stack:
        return services.shown_scaled(environment, dict.fromkeys(stopped, 0))
    return f"docker stop -t {environment.compose.grace} {report.containers_of(stopped)}"


def _shown_start(report: DeploymentReport) -> str:
    environment, stopped = report.environment, report.stopping
    if environment.stack:
        return services.shown_scaled(environment, {s: len(report.state.of(s)) for s in stopped})
    return f"docker start {report.containers_of(stopped)}"


def _row(k: Container) -> tuple[object, ...]:
    """Return the line of a table about one container."""
    how = f"{k.status} {k.health}".strip() + (f" ({k.exit_code})" if k.status == "exited" else "")
    return (k.service, k.name, how, moment(stamp(k.started)), k.restarts, k.image_name)

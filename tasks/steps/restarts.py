"""The containers restarted: as they are, or made anew of the images that there are."""

from __future__ import annotations

from ..engine.plan import Expectation, Plan, Step, chain
from ..preflight import service_choice
from ..preflight.service_choice import ServicesReport
from ..ssh.host import Host
from ..tools.compose import compose
from .builds import keep_images_step, recreate_step
from .declare import change


def restart_step(report: ServicesReport) -> Step:
    """Return the runbook's "Container Rollback (Quick Restart)"."""
    grace, restarted = report.environment.compose.grace, report.existing
    shown = f"docker restart -t {grace} {report.containers_of(restarted)}"
    if report.environment.stack:
        shown = "; ".join(f"docker service update --force {report.environment.stack}_{one}" for one in restarted)
    return Step(
        name="restart",
        effects=("stops", "starts"),
        title=f"Restart {', '.join(restarted)}",
        script=compose.call(report.environment, "containers/restart.sh", *restarted),
        services=tuple(restarted),
        commands=(shown,),
        outage=True,
        timeout=2 * grace + 240,
    )


@change(step=restart_step)
def restart(c: Host, service: str | None = None, recreate: bool = False) -> Plan:
    """Restart all containers, or one service's, as the runbook's "Container Rollback (Quick Restart)"."""
    report = service_choice.check_restart(c, service, recreate)
    return restart_plan(report, "containers.restart", recreate=recreate, healthy=report.state.healthy)


def restart_plan(report: ServicesReport, name: str, *, recreate: bool, healthy: bool) -> Plan:
    """Return the plan of a restart that is called `name`; `healthy`: the health addresses must answer afterwards."""
    return chain(
        report,
        [keep_images_step(report), recreate_step(report)] if recreate else restart_step(report),
        task=name,
        purpose=f"{'make anew' if recreate else 'restart'} {report.title}",
        proof=Expectation(
            services=report.lasting if recreate else [s for s in report.lasting if s in report.existing],
            replicas=report.replicas,
            images=report.image_names if recreate else {},
            healthy=healthy,
            ill_before=not healthy,
        ),
    )

"""What a person would check on a deployment: what was looked at, what was found, whether it is right."""

from __future__ import annotations

from ...config.settings import Environment
from ...console.units import stamp
from ...engine.plan import Expectation
from ...engine.world import Check
from ...ssh.host import Host
from . import health, proof
from .examine import Examined, examine

YOUNG = 30  # seconds after its start within which a container may still be on its way


def checks(environment: Environment, e: Examined, commit: str | None = None, primary: bool = True) -> list[Check]:
    """Return everything looked at on one host; `commit` (a full hash) is where HEAD has to be, if anywhere."""
    found = [
        health.engine(e.seen),
        *health.containers(e),
        health.head(e.seen, commit),
        *health.images(e),
        *(_data(environment, e) if primary else []),
        *health.answers(e.seen),
        *health.crashes(e),
        *health.logs(e),
    ]
    return health.suspecting(found)


def look(member: Host, commit: str | None = None) -> list[Check]:
    """Return what was found on one host; containers on their way up are waited for first."""
    found = examine(member)
    unsteady: list[Check] = []
    if young(found):
        unsteady = health.steady(proof.wait(member, Expectation(services=found.services, healthy=True)))
        found = examine(member)
    return [*checks(member.environment, found, commit, member is member.fleet[0]), *unsteady]


def young(e: Examined) -> bool:
    """Return whether a container started so recently that the deployment may still be on its way up."""
    starts = [k.started for k in e.seen.containers if k.status in ("running", "restarting")]
    return any(e.now - stamp(start) < YOUNG for start in starts)


def _data(environment: Environment, e: Examined) -> list[Check]:
    settings = environment.database
    if not settings:
        return []
    return [health.database(settings.name, e), *([health.revision(e)] if settings.alembic else [])]

"""The runbook's "Container Rollback (Quick Restart)": sometimes a simple restart fixes it."""

from __future__ import annotations

from ..engine.plan import Plan
from ..preflight import service_choice
from ..ssh.host import Host
from ..steps import containers
from ..steps.declare import change


@change
def container_restart(c: Host, service: str | None = None, recreate: bool = False) -> Plan:
    """Restart all containers or one service's, and prove that the application is healthy."""
    report = service_choice.check_restart(c, service, recreate)
    return containers.restart_plan(report, "container-restart", recreate=recreate, healthy=True)

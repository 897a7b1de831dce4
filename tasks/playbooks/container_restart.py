"""The runbook's "Container Rollback (Quick Restart)": sometimes a simple restart fixes it."""

from __future__ import annotations

from ..core.task import change
from ..steps import containers


@change
def container_restart(c, service=None, recreate=False):
    """Restart all containers or one service's, and prove that the application is healthy."""
    return containers.restart_plan(c, "container-restart", service, recreate, healthy=True)

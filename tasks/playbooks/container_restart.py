"""The runbook's "Container Rollback (Quick Restart)": sometimes a simple restart fixes it."""

from __future__ import annotations

from ..engine.task import change


@change
def container_restart(c, service=None, recreate=False):
    """Restart all containers or one service's, and prove that the application is healthy."""
    from ..steps.builders import container_plans as plans

    return plans.restart(c, "container-restart", service, recreate, healthy=True)

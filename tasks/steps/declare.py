"""What tasks are declared with: `task` for one that only looks, `change` for one that returns a plan."""

from __future__ import annotations

from ..engine.task import Change, task
from ..preflight.deployment import DeploymentWorld

__all__ = ["DEPLOYMENT", "change", "task"]

DEPLOYMENT = DeploymentWorld()
change = Change(DEPLOYMENT)

"""What tasks are declared with: `task` for one that only looks, `change` for one that returns a plan."""

from __future__ import annotations

from ..engine.change import Change
from ..engine.task import task as task
from ..incident.telling import Deployment

DEPLOYMENT = Deployment()
change = Change(DEPLOYMENT)

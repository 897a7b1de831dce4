"""Which tasks know the stack of a swarm: all others refuse one before they ask or change anything."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from invoke import Collection, Context

from ..console.commands import HOSTS_FILE
from ..console.errors import Refused
from ..ssh.host import Host

KNOWN = frozenset(
    {
        *("full-rollback", "code-rollback", "migration-rollback", "container-restart", "emergency-restore"),
        *("undo", "resume", "status", "verify", "check", "diagnose"),
        *("containers.status", "containers.stop", "containers.start", "containers.restart"),
        *("db.current", "db.history", "db.heads", "db.preview", "db.rehearse", "db.downgrade"),
        *("backups.create", "backups.list", "backups.check", "backups.restore", "backups.prune"),
        *("runs.list", "runs.show", "git.log", "git.last-good", "release.begin", "release.list", "release.stats"),
        *("incident.logs", "incident.checklist", "incident.report"),
    }
)


def guard(namespace: Collection) -> None:
    """Have the tasks of `namespace` refuse the stack of a swarm unless they are KNOWN."""
    for name in namespace.task_names:
        if name not in KNOWN:
            namespace[name].body = _refusing(name, namespace[name].body)


def _refusing(name: str, body: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(body)
    def refusing(c: Context, *args: Any, **kwargs: Any) -> Any:
        if isinstance(c, Host) and c.environment.stack:
            raise Refused(
                f"{name} does not know the stack of a swarm yet (orchestrator in {HOSTS_FILE}).",
                next=f"What does: {', '.join(sorted(KNOWN))}.",
            )
        return body(c, *args, **kwargs)

    return refusing

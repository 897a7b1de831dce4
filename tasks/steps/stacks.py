"""Which tasks know the stack of a swarm: all others refuse one before they ask or change anything.

Of several managers one serves, whatever the task, and the others are its mirrors.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from invoke import Collection, Context

from ..console.commands import HOSTS_FILE
from ..console.errors import Refused
from ..preflight.present import managers
from ..ssh.host import Host

KNOWN = frozenset(
    {
        *("full-rollback", "code-rollback", "migration-rollback", "container-restart", "emergency-restore"),
        *("undo", "resume", "status", "verify", "check", "diagnose", "drill"),
        *("containers.status", "containers.stop", "containers.start", "containers.restart"),
        *("db.current", "db.history", "db.heads", "db.preview", "db.rehearse", "db.downgrade"),
        *("backups.create", "backups.list", "backups.check", "backups.restore", "backups.prune"),
        *("runs.list", "runs.show", "git.log", "git.last-good", "git.checkout", "git.return-to-main"),
        *("release.begin", "release.record", "release.list", "release.stats", "release.check"),
        *("incident.logs", "incident.checklist", "incident.report", "incident.notify"),
    }
)


def guard(namespace: Collection) -> None:
    """Have the tasks of `namespace` work on the manager that serves, and refuse the stack unless they are KNOWN."""
    for name in namespace.task_names:
        namespace[name].body = _guarded(name, namespace[name].body)


def _guarded(name: str, body: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(body)
    def guarded(c: Context, *args: Any, **kwargs: Any) -> Any:
        if not (isinstance(c, Host) and c.environment.stack):
            return body(c, *args, **kwargs)
        if name not in KNOWN:
            raise Refused(
                f"{name} does not know the stack of a swarm yet (orchestrator in {HOSTS_FILE}).",
                next=f"What does: {', '.join(sorted(KNOWN))}.",
            )
        return body(managers.serving(c), *args, **kwargs)

    return guarded

"""Tags in the environment of processes on the host, which tell them apart: pids are used again, tags are not."""

from __future__ import annotations


def holder(token: str) -> str:
    """Return the tag of the process that keeps the lock for the client `token`."""
    return f"FAB_ROLLBACK_HOLDER={token};"


def step(run: str, name: str) -> str:
    """Return the tag of the processes of a try of a step (its name as 03-stop.1)."""
    return f"FAB_ROLLBACK_STEP={run}/{name};"

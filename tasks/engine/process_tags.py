"""Processes on the host, told by a mark in their environment: pids are used again, marks are not."""

from __future__ import annotations

HOLDER = "FAB_ROLLBACK_HOLDER"
STEP = "FAB_ROLLBACK_STEP"


def holder(token: str) -> str:
    """Return the mark of the process that keeps the lock for the client `token`."""
    return f"{HOLDER}={token};"


def step(run: str, name: str = "") -> str:
    """Return the mark of the processes of step `name` (as `03-stop.1`) of a run; of any step without a name."""
    return f"{STEP}={run}/{name};" if name else f"{STEP}={run}/"


def functions() -> str:
    """Return sh functions: `marked MARK` prints the pids that bear a mark, `alive MARK` tells whether one does.

    Children inherit the mark, so a step is alive as long as one of its processes is.
    """
    return (
        'marked() { grep -lsF -- "$1" /proc/[0-9]*/environ 2>/dev/null | cut -d/ -f3; }\n'
        'alive() { [ -n "$(marked "$1")" ]; }'
    )

"""Calls that put the checkout on a commit."""

from __future__ import annotations

from ...config.settings import Environment
from .commits import call

SHORT = 12  # characters of a hash that are shown


def check_out(environment: Environment, sha: str, stash: bool = False) -> str:
    """Return the call of the runbook's "Revert to Previous Commit"; it proves where HEAD is."""
    return call(environment, "checkout.sh", sha, **({"STASH": "yes"} if stash else {}))


def check_out_again(environment: Environment, sha: str, name: str) -> str:
    """Return the call that puts HEAD on `sha` again, on the branch `name` where that still stands there."""
    return call(environment, "checkout.sh", sha, name)

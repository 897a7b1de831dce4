"""Calls that move the checkout; each proves where HEAD is."""

from __future__ import annotations

from ...config.settings import Environment
from .commits import call


def check_out(environment: Environment, sha: str, branch: str = "", stash: bool = False) -> str:
    """Return the call of the runbook's "Revert to Previous Commit"; on `branch` where that stands at `sha`."""
    return call(environment, "checkout.sh", sha, branch, STASH="yes" if stash else "")


def return_to_branch(environment: Environment, sha: str) -> str:
    """Return the call of the runbook's "Return to Main Branch Later": the branch, forwarded to `sha` of origin."""
    return call(environment, "return-to-branch.sh", environment.app.branch, sha)


def find_tip(environment: Environment) -> str:
    """Return the command that prints where origin has the branch; its commits are fetched, no ref is moved."""
    return call(environment, "find-tip.sh", environment.app.branch)

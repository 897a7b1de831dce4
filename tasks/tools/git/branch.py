"""The branch a deployment comes from: where origin has it, and the way back to it."""

from __future__ import annotations

from ...config.settings import Environment
from .commits import DATES, FORMAT, call


def return_to(environment: Environment, sha: str) -> str:
    """Return the call of the runbook's "Return to Main Branch Later": the branch, forwarded to `sha` of origin."""
    return call(environment, "return-to-branch.sh", environment.app.branch, sha)


def find_tip(environment: Environment) -> str:
    """Return the command that prints where origin has the branch; its commits are fetched, no ref is moved."""
    return call(environment, "find-tip.sh", environment.app.branch)


def show_contained(environment: Environment, shas: list[str], sha: str) -> str:
    """Return the command that prints those commits of `shas` that the history of `sha` contains."""
    return call(environment, "contained.sh", sha, *sorted(shas), FORMAT=FORMAT, DATES=DATES)

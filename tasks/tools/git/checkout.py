"""Putting the checkout on a commit, and what stands in the way of that."""

from __future__ import annotations

from ...config.settings import Environment
from ...console.errors import Refused
from ...engine.plan import Step
from ...preflight import state
from ...preflight.state import State
from ...ssh import paths
from ...ssh.parallel import parallel_map
from . import branch, tree
from .commits import Commit, call

SHORT = 12  # characters of a hash that are shown
OFFER = " --stash puts them aside (git stash; git stash pop brings them back)."


def check_out(environment: Environment, sha: str, stash: bool = False) -> str:
    """Return the call of the runbook's "Revert to Previous Commit"; it proves where HEAD is."""
    return call(environment, "checkout.sh", sha, **({"STASH": "yes"} if stash else {}))


def checkout_step(environment: Environment, target: Commit, before: str, stash: bool = False) -> Step:
    """Return the step that puts the checkout on `target`; `before` is the hash that it leaves."""
    return Step(
        name="checkout",
        title=f"Check out {target.title}",
        script=check_out(environment, target.sha, stash),
        commands=(f"git checkout {target.short}",),
        back=f"git checkout {before[:SHORT]}",
    )


def return_step(environment: Environment, target: Commit, before: str) -> Step:
    """Return the step that puts the checkout on the branch, forwarded to `target`."""
    name = environment.app.branch
    return Step(
        name="return",
        title=f"Return to {name} at {target.title}",
        script=branch.return_to(environment, target.sha),
        commands=(f"git fetch origin {name}", f"git checkout -B {name} {target.short}  (fast-forward only)"),
        back=f"git checkout {before[:SHORT]}",
    )


def check_out_again(environment: Environment, sha: str, name: str) -> str:
    """Return the call that puts HEAD on `sha` again, on the branch `name` where that still stands there."""
    return call(environment, "checkout.sh", sha, name)


def undo_step(environment: Environment, target: Commit, name: str) -> Step:
    """Return the step that puts the checkout where it was before a run, on the branch `name` if any."""
    return Step(
        name="checkout",
        title=f"Check out {target.title} again{f', on {name}' if name else ''}",
        script=check_out_again(environment, target.sha, name),
        commands=(f"git checkout {name or target.short}",),
    )


def look(c, stash: bool = False, offer: str = OFFER) -> State:
    """Return the primary's state, after every host's checkout was found fit."""
    states = parallel_map(c.fleet, state.look)
    for member, seen in zip(c.fleet, states, strict=True):
        if problem := seen.problems.get("head"):
            raise Refused(f"{member.address}: {problem.splitlines()[0]} (app.path). Nothing was changed.")
        refuse_local_changes(seen, stash, offer)
    return states[0]


def refuse_local_changes(state: State, stash: bool, offer: str = OFFER) -> None:
    """Raise Refused, naming them, when the checkout has modified files that a checkout would carry along."""
    if state.modified and not stash:
        names = ", ".join(state.modified[:5]) + (" ..." if len(state.modified) > 5 else "")
        raise Refused(f"The checkout on the host has local changes: {names}. Nothing was changed.{offer}")


def refuse_overwriting(c, sha: str) -> None:
    """Raise Refused, naming them, when untracked files of a host would be overwritten by commit `sha`."""
    for member in c.fleet:
        found = member.sh(tree.in_the_way(paths.app(c.environment), sha)).stdout.splitlines()
        if found:
            names = ", ".join(found[:5]) + (" ..." if len(found) > 5 else "")
            raise Refused(f"{member.address}: untracked files would be overwritten: {names}. Nothing was changed.")

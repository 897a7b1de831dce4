"""The preflight of a checkout: every host's checkout fit for it, and the commit understood."""

from __future__ import annotations

from ..console.errors import Refused
from ..console.units import size
from ..ssh.host import Host
from ..ssh.parallel import parallel_map
from ..ssh.probe import answered
from ..tools.git import commits
from ..tools.git.commits import Commit
from .present import fleetwide, state
from .present.reports import DeploymentReport, saying
from .present.state import State
from .target import commit_choice

OFFER = "--stash puts them aside (git stash; git stash pop brings them back)."


class CheckoutReport(DeploymentReport, frozen=True, kw_only=True):
    """Where the checkout stands, and the commit it will be put on; `stash`: local changes are put aside."""

    target: Commit
    stash: bool = False

    @property
    def standing(self) -> bool:
        """Whether HEAD is the commit already."""
        return self.state.head == self.target.sha


def check(c: Host, commit: str | None, stash: bool = False) -> CheckoutReport:
    """Return what a checkout of `commit` would meet; Refused for what it would lose, or cannot reach."""
    seen = _seen(c, stash, OFFER)
    target = commit_choice.resolve(c, commit_choice.required(c, commit))
    facts = ["the containers run on as they are, until they are rebuilt or started anew"]
    return saying(_report(c, seen, target, stash), facts=facts)


def check_return(c: Host) -> CheckoutReport:
    """Return what the return to the branch would meet, and which of its commits were rolled back before."""
    seen, name = _seen(c), c.environment.app.branch
    target, brought_back = commit_choice.tip(c)
    warnings = [commit_choice.rolled_back(name, target, bad) for bad in brought_back]
    return saying(_report(c, seen, target), warnings=warnings)


def fit(member: Host, seen: State, *, stash: bool = False) -> None:
    """Raise Refused where a host cannot be worked on, with what to do about it."""
    state.require(member.address, seen)
    short = [f"{place} has {size(free)} free" for place, free in seen.free.items() if free < state.ROOM]
    if short:
        raise Refused(f"too little disk: {', '.join(short)}, {size(state.ROOM)} are needed.", at=member.address)
    refuse_unclean(member, seen, stash)


def refuse_unclean(member: Host, seen: State, stash: bool, offer: str = OFFER) -> None:
    """Raise Refused where a checkout would fail for want of git-lfs, or carry local changes along."""
    if seen.lacks_lfs:
        raise Refused(
            f"the checkout needs git-lfs, and the host has none: {seen.lacks_lfs}.",
            at=member.address,
            next="Install git-lfs there, or remove what asks for it",
        )
    if seen.modified and not stash:
        raise Refused(f"The checkout on the host has local changes: {_first(seen.modified)}.", next=offer)


def _seen(c: Host, stash: bool = False, offer: str = "") -> State:
    """Return the primary's state, after every host's checkout was found fit."""
    states = parallel_map(c.fleet, state.look)
    for member, seen in zip(c.fleet, states, strict=True):
        if problem := seen.problems.get("head"):
            raise Refused(f"{problem.splitlines()[0]} (app.path).", at=member.address)
        refuse_unclean(member, seen, stash, offer)
    return fleetwide.joined(c, states)


def _report(c: Host, seen: State, target: Commit, stash: bool = False) -> CheckoutReport:
    """Return the report; Refused, naming them, when what only a host has would be overwritten by the commit."""
    report = CheckoutReport(environment=seen.settled(c.environment), state=seen, target=target, stash=stash)
    command = commits.in_the_way(c.environment, target.sha)
    for member in c.fleet if not report.standing else ():
        if found := member.ask(answered(command)).out.splitlines():
            raise Refused(
                f"what only the host has would be overwritten: {_first(found)}. Move it away.", at=member.address
            )
    return report


def _first(names: list[str]) -> str:
    return ", ".join(names[:5]) + (" ..." if len(names) > 5 else "")

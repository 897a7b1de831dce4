"""The proof of hosts, looked at side by side: whether each is as it should be, and what the operator reads of it."""

from __future__ import annotations

from collections.abc import Sequence

from ..console import living
from ..ssh.host import Host
from ..ssh.parallel import parallel_map
from . import display
from .plan import Expectation
from .world import Proof, World


def proofs(world: World, members: Sequence[Host], expect: Expectation) -> list[Proof]:
    """Return what is found of an expectation on each host, once it is ready or visibly will not be."""
    with living.waiting("proving that the application is as it should be", members[0].environment.health.timeout):
        return parallel_map(members, lambda member: world.prove(member, expect))


def wrong(members: Sequence[Host], found: Sequence[Proof]) -> tuple[Host, str] | None:
    """Return the first host whose proof does not hold, and all that is wrong, which is shown; None: all is well."""
    failed = [(m, check) for m, proof in zip(members, found, strict=True) for check in proof.checks if not check.ok]
    if not failed:
        return None
    for proof in found:
        display.last_lines(proof.logs)
    show(found)
    return failed[0][0], "; ".join(check.line for _member, check in failed)


def show(found: Sequence[Proof]) -> None:
    """Print what was found on all hosts, and what was not required of it, each once."""
    left_out = dict.fromkeys(check for proof in found for check in proof.left_out)
    display.checks([check for proof in found for check in proof.checks], list(left_out))

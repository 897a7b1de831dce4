"""Whether the host's checkout is fit for a rollback: may be written, has its origin and its submodules."""

from __future__ import annotations

from msgspec import Struct

from ...config.settings import Environment
from ...ssh.probe import Probe, by_key, single
from ...ssh.shell import Answer
from .commits import call


class Origin(Struct, frozen=True):
    """How the checkout stands to origin's branch: none, unreachable, no-branch, behind, fetched; `said` why, or where.

    `state` is empty where that cannot be asked.
    """

    state: str = ""
    said: str = ""


class Lacking(Struct, frozen=True):
    """The submodules whose wanted commit was never fetched, and those that were never brought."""

    commits: list[str] = []
    never: list[str] = []


def unwritable(environment: Environment) -> Probe[list[str]]:
    """Return the probe of the folders that a checkout has to write, and the login may not."""
    return single(call(environment, "unwritable.sh"), lambda answer: answer.out.splitlines())


def origin(environment: Environment) -> Probe[Origin]:
    """Return the probe of how the checkout stands to the branch of origin; nothing is fetched."""
    return single(call(environment, "origin.sh", environment.app.branch), _origin)


def submodules(environment: Environment, sha: str) -> Probe[Lacking]:
    """Return the probe of the submodules that commit `sha` wants, and that are not on the host."""
    return single(call(environment, "submodules.sh", sha), _lacking)


def _origin(answer: Answer) -> Origin:
    state, _, said = answer.out.strip().partition(" ")
    return Origin(state, said)


def _lacking(answer: Answer) -> Lacking:
    told = by_key(answer.out)
    return Lacking(told["lacks"], told["never"])

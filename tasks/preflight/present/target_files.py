"""Whether a commit can be put on a host: it has the compose files and the services that hosts.yaml names."""

from __future__ import annotations

from pathlib import PurePosixPath

from ...console.errors import Refused
from ...ssh.host import Host
from ...tools.compose import images
from ...tools.compose.images import CommitFiles, Target
from ...tools.git.commits import Commit
from . import drift, values
from .drift import Drifted
from .state import State


def check(c: Host, seen: State, commit: Commit, known: tuple[CommitFiles, Drifted] | None = None) -> Target:
    """Return what `commit` wants on this host, or raise Refused for what makes it impossible.

    `known` is what `images.commit_files` and `drift.probe` found, where that was asked before.
    """
    found, drifted = known or c.ask(images.commit_files(c.environment, commit.sha), drift.probe(c.environment))
    if found.missing:
        raise Refused(f"{commit.title} has no {', '.join(found.missing)} (compose.file).")
    if files := found.in_the_way:
        raise Refused(f"what only the host has would be overwritten: {', '.join(files[:5])}. Move it away.")
    wanted = found.described.project(seen.containers)
    if wanted.problem:
        raise Refused(f"{commit.title}: compose does not accept its files: {wanted.problem}.")
    names = {PurePosixPath(file).name for file in seen.settled(c.environment).compose.files}
    rewritten = names.intersection(PurePosixPath(file).name for file in found.changed)
    values.require(c, found.described, drifted, defaults=not rewritten)
    named = c.environment.compose.services.items()
    if lacking := [f"{service} ({role})" for role, service in named if service not in wanted.services]:
        raise Refused(f"{commit.title} has no service {', '.join(lacking)}; it has {', '.join(wanted.services)}.")
    return Target(wanted, found.version, found.written, found.present, found.changed)

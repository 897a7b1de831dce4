"""The images of a commit: what its compose files want, kept from before or built beside the checkout."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct, field

from ...config.settings import Environment
from ...ssh import scripts
from ...ssh.probe import Probe, by_key, combined, single
from ..git import commits
from . import compose, project, written
from .compose import Built
from .project import Description, Project
from .written import Written

REVISION_LABEL = "org.opencontainers.image.revision"
KEPT = re.compile(r":([0-9a-f]{40})(?=\s|$)")


class Target(Struct, frozen=True):
    """What the compose files of a commit want.

    Attributes:
        files: what compose makes of them.
        version: of the format that they are written in, if any.
        written: its services as they are written; `present`: those of HEAD.
        changed: the files of the checkout that are others than at HEAD.
    """

    files: Project
    version: str = ""
    written: dict[str, Written] = field(default_factory=dict)
    present: dict[str, Written] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)


class Decided(Struct, frozen=True):
    """An image that is not built: who decided it, and what it is called before and after it is made ready.

    Attributes:
        service: the service that runs it.
        source: a name, an id or a digest; pulled where it is not on the host.
        kept: the name that it is started and kept by.
        by: who decided it, in words.
        live: whether compose comes to it by itself, by the name in its files.
    """

    service: str
    source: str
    kept: str
    by: str
    live: bool = False


class CommitFiles(Struct, frozen=True):
    """What a host knows of a commit.

    Attributes:
        missing: the compose files that the commit does not have.
        in_the_way: untracked files that a checkout of it would overwrite.
        described: what compose makes of its files.
        version, written, present, changed: as in `Target`.
    """

    missing: list[str]
    in_the_way: list[str]
    version: str
    described: Description
    written: dict[str, Written] = field(default_factory=dict)
    present: dict[str, Written] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)


def commit_files(environment: Environment, ref: str) -> Probe[CommitFiles]:
    """Return the probe of what the compose files of the commit `ref` want, and what stands in its way."""
    return combined(
        _commit_files,
        files=single(compose.call(environment, "reads/target-files.sh", ref), lambda answer: by_key(answer.out)),
        in_the_way=single(commits.in_the_way(environment, ref), lambda answer: answer.out.splitlines()),
        described=project.probe(environment, compose.call(environment, "reads/describe-target.sh", ref)),
        written=written.probe(environment, ref),
        present=written.probe(environment, "HEAD"),
        changed=single(commits.changed(environment, ref), lambda answer: answer.out.splitlines()),
    )


def names(images: Sequence[Built], decided: Sequence[Decided], sha: str) -> dict[str, str]:
    """Return the name that each service's image is started by at commit `sha`."""
    return {**{i.service: i.retained(sha) for i in images}, **{one.service: one.kept for one in decided}}


def prepare(
    environment: Environment,
    wanted: Target,
    images: Sequence[Built],
    sha: str,
    rebuild: bool = False,
    decided: Sequence[Decided] = (),
) -> str:
    """Return the call that has `images` of commit `sha`, and what was `decided`, ready, without touching what runs.

    A kept image is taken as it is, unless `rebuild`; what is missing is built in the commit's own tree, or pulled.
    """
    return compose.call(
        environment,
        "images/prepare.sh",
        sha,
        *(["--no-cache"] if rebuild else []),
        IMAGES=compose.pairs({i.service: i.retained(sha) for i in images}),
        SOURCES="\n".join(f"{one.service} {one.source} {one.kept}" for one in decided),
        PROJECT=wanted.files.name,
        OVERRIDE=override(wanted, images, sha),
    )


def carry(environment: Environment) -> str:
    """Return the call that brings what `prepare` made ready, and no registry has, to the other nodes of a swarm."""
    return scripts.call("tools/swarm/carry.sh", **compose.variables(environment))


def override(wanted: Target, images: Sequence[Built], sha: str) -> str:
    """Return a compose file that names `images` after the commit, and labels them with it."""
    return _file(
        wanted,
        {i.service: {"image": i.retained(sha), "build": {"labels": {REVISION_LABEL: sha}}} for i in images},
    )


def deciding(wanted: Target, decided: Sequence[Decided]) -> str:
    """Return a compose file that names what was `decided` and compose does not come to by itself; else nothing."""
    services = {
        one.service: _started(wanted.files.services.get(one.service, {}), one) for one in decided if not one.live
    }
    return _file(wanted, services) if services else ""


def _started(service: Mapping[str, object], one: Decided) -> dict[str, str]:
    """Return what a compose file has to say of a service: also that it is not pulled, where the commit says it is."""
    return {"image": one.kept, **({"pull_policy": "never"} if service.get("pull_policy") else {})}


def _file(wanted: Target, services: Mapping[str, object]) -> str:
    return json.dumps({**({"version": wanted.version} if wanted.version else {}), "services": services})


def keep(environment: Environment, images: Sequence[Built], tag: str) -> str:
    """Return the call that tags the images which run now with the commit `tag`, so that no pruning takes them.

    An image that cannot be of that commit gets its own id as a tag.
    """
    names = {i.service: i.repository for i in images}
    return compose.call(environment, "images/keep.sh", tag, IMAGES=compose.pairs(names))


def kept_commits(environment: Environment) -> Probe[dict[str, list[str]]]:
    """Return the probe of the services that run an image kept for a commit, by the commit's hash."""
    return single(compose.call(environment, "reads/what-runs.sh"), lambda answer: parse_running(answer.out))


def parse_running(out: str) -> dict[str, list[str]]:
    """Return the services that run an image kept for a commit, by the commit's hash, from what-runs.sh's lines."""
    services: dict[str, set[str]] = {}
    found: dict[str, set[str]] = {}
    for kind, image, rest in (line.split(" ", 2) for line in out.splitlines() if line.count(" ") >= 2):
        if kind == "container":
            services.setdefault(image, set()).add(rest.strip())
        for sha in KEPT.findall(rest) if kind == "image" else ():
            found.setdefault(sha, set()).update(services.get(image, ()))
    return {sha: sorted(names) for sha, names in found.items()}


def _commit_files(files: Mapping[str, list[str]], **others: Any) -> CommitFiles:
    return CommitFiles(missing=files["missing"], version="".join(files["version"]), **others)

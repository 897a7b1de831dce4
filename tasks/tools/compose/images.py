"""The images of a commit: what its compose files want, kept from before or built beside the checkout."""

from __future__ import annotations

import json
import re

from msgspec import Struct

from ...config.settings import Environment
from ...console.errors import Refused
from ...preflight.state import State
from ...ssh import paths
from ...ssh.shell import Answer, quote
from ..git import tree
from . import compose, project
from .compose import Built
from .project import Project

REVISION_LABEL = "org.opencontainers.image.revision"


class Target(Struct, frozen=True):
    """What the compose files of a commit want: its services, and the images it builds."""

    project: str
    version: str
    services: list[str]
    images: list[Built]
    start_commands: list[str]
    files: Project


def describe_target(environment: Environment, sha: str) -> str:
    """Return the command that prints what the compose files of commit `sha` mean, as compose reads them."""
    return compose.call(environment, "describe-target.sh", sha)


def prepare(environment: Environment, wanted: Target, sha: str, rebuild: bool = False) -> str:
    """Return the call that has an image of commit `sha` for all `wanted.images`, without touching what runs.

    A kept image is taken as it is, unless `rebuild`; what is missing is built from the commit's own
    tree beside the checkout.
    """
    if not wanted.images:
        return ":"
    return compose.call(
        environment,
        "prepare.sh",
        sha,
        *(["--no-cache"] if rebuild else []),
        IMAGES=compose.pairs({i.service: i.retained(sha) for i in wanted.images}),
        PROJECT=wanted.project,
        OVERRIDE=override(wanted, sha),
    )


def override(wanted: Target, sha: str) -> str:
    """Return a compose file that names the built images after the commit, and labels them with it."""
    services = {
        i.service: {"image": i.retained(sha), "build": {"labels": {REVISION_LABEL: sha}}} for i in wanted.images
    }
    return json.dumps({**({"version": wanted.version} if wanted.version else {}), "services": services})


def keep(environment: Environment, images: list[Built], tag: str) -> str:
    """Return the call that tags the images which run now with the commit `tag`, so that no pruning takes them.

    An image that cannot be of that commit gets its own id as a tag.
    """
    names = {i.service: compose.repository(i.live) for i in images}
    return compose.call(environment, "keep.sh", tag, IMAGES=compose.pairs(names))


def questions_about(environment: Environment, ref: str) -> dict[str, str]:
    """Return read-only commands that tell what the commit `ref` wants, and what stands in its way."""
    app = paths.app(environment)
    return {
        **project.questions(environment),
        "missing": tree.exists(app, ref, *environment.compose.files),
        "in the way": tree.in_the_way(app, ref),
        "config": describe_target(environment, ref),
        "raw": f"git -C {app} show {quote(f'{ref}:{environment.compose.files[0]}')}",
    }


def look_at(c, seen: State, commit, answers: dict[str, Answer] | None = None) -> Target:
    """Return what `commit` wants on this host, or raise Refused for what makes it impossible.

    `answers` are those to `questions_about`, where they were asked before.
    """
    answers = answers or c.ask(questions_about(c.environment, commit.sha))
    if missing := answers["missing"].out.split():
        raise Refused(f"{commit.title} has no {', '.join(missing)} (compose.file). Nothing was changed.")
    if files := answers["in the way"].out.splitlines():
        raise Refused(
            f"Untracked files on the host would be overwritten: {', '.join(files[:5])}. "
            "Move them away. Nothing was changed."
        )
    if not answers["config"].ok:
        why = " ".join(answers["config"].err.split())[-300:]
        raise Refused(f"{commit.title}: compose does not accept its files: {why}. Nothing was changed.")
    return _target(c, seen, commit, answers)


def _target(c, seen: State, commit, answers) -> Target:
    wanted = project.read(answers, seen)
    lacking = [f"{s} ({role})" for role, s in c.environment.compose.services.items() if s not in wanted.services]
    if lacking:
        raise Refused(
            f"{commit.title} has no service {', '.join(lacking)}; it has {', '.join(wanted.services)}. "
            "Nothing was changed."
        )
    return Target(
        wanted.name,
        _version(answers["raw"].out),
        wanted.lasting,
        wanted.built,
        [f"{s.get('entrypoint') or ''} {s.get('command') or ''}" for s in wanted.services.values()],
        wanted,
    )


def _version(raw: str) -> str:
    found = re.search(r"^version:\s*['\"]?([0-9.]+)", raw, re.MULTILINE)
    return found[1] if found else ""

"""The images of a commit: what its compose files want, kept from before or built beside the checkout."""

from __future__ import annotations

import json
import re

import yaml
from msgspec import Struct

from . import compose, state, tree
from .compose import Built
from .errors import Refused
from .plan import Step
from .settings import Environment
from .shell import quote

REVISION_LABEL = "org.opencontainers.image.revision"


class Target(Struct, frozen=True):
    """What the compose files of a commit want: its services, and the images it builds."""

    project: str
    version: str
    services: list[str]
    images: list[Built]
    start_commands: list[str]


def describe_target(environment: Environment, sha: str) -> str:
    """Return a command that prints what the compose files of commit `sha` mean, as compose reads them."""
    app = compose.app(environment)
    show = "\n".join(
        f'mkdir -p "$t/$(dirname {quote(f)})"; git show {quote(f"{sha}:{f}")} > "$t/"{quote(f)}'
        for f in environment.compose.files
    )
    return "\n".join(
        [
            f"set -e; cd {app}; t=$(mktemp -d); trap 'rm -rf \"$t\"' EXIT",
            show,
            compose.define(environment.compose, '"$t"'),
            'if compose --project-directory "$PWD" config 2>"$t/err"; then exit 0; fi',
            tree.export('"$PWD"', sha, '"$t/tree"'),
            compose.define(environment.compose, '"$t/tree"'),
            'compose --project-directory "$t/tree" config',
        ]
    )


def prepare(environment: Environment, wanted: Target, sha: str, rebuild: bool = False) -> str:
    """Return the script that has an image of commit `sha` for all `wanted.images`, without touching what runs.

    A kept image is taken as it is, unless `rebuild`; what is missing is built from the commit's own
    tree beside the checkout.
    """
    flags = "--no-cache" if rebuild else ""
    have = "false" if rebuild else 'docker image inspect "$2" >/dev/null 2>&1'
    return compose.in_app(
        environment,
        f'missing=; want() {{ {have} && echo "kept: $2" || missing="$missing $1"; }}',
        *(f"want {quote(i.service)} {quote(i.retained(sha))}" for i in wanted.images),
        'if [ -n "$missing" ]; then',
        'umask 077; app=$PWD; t=$(mktemp -d "$HOME/.fab-rollback/tree.XXXXXX"); trap \'rm -rf "$t"\' EXIT',
        tree.export('"$app"', sha, '"$t/tree"'),
        f"printf '%s' {quote(override(wanted, sha))} > \"$t/tree/.rollback.yml\"",
        'cd "$t/tree"',
        f"compose -f .rollback.yml -p {quote(wanted.project)} build {flags} $missing",
        "fi",
        *(_there(i.retained(sha)) for i in wanted.images),
    )


def _there(image: str) -> str:
    problem = quote(f"image {image} is not there after the build")
    return f"docker image inspect {quote(image)} >/dev/null 2>&1 || {{ echo {problem} >&2; exit 1; }}"


def override(wanted: Target, sha: str) -> str:
    """Return a compose file that names the built images after the commit, and labels them with it."""
    services = {
        i.service: {"image": i.retained(sha), "build": {"labels": {REVISION_LABEL: sha}}} for i in wanted.images
    }
    return json.dumps({**({"version": wanted.version} if wanted.version else {}), "services": services})


def keep(environment: Environment, images: list[Built], tag: str) -> str:
    """Return the script that tags the images which run now with `tag`, so that no pruning takes them."""
    lines = [
        f"for c in $({compose.containers(i.service)}); do "
        f"docker tag \"$(docker inspect -f '{{{{.Image}}}}' $c)\" {quote(i.retained(tag))}; done"
        for i in images
    ]
    return compose.in_app(environment, *lines)


def prepare_step(environment: Environment, wanted: Target, commit, rebuild: bool = False) -> Step:
    """Return the step that has the images of `commit` ready while the present version still answers."""
    names = ", ".join(i.retained(commit.short) for i in wanted.images)
    flags = "--no-cache " if rebuild else ""
    return Step(
        name="prepare",
        title=f"Have the images of {commit.title} ready",
        script=prepare(environment, wanted, commit.sha, rebuild),
        commands=(f"docker-compose build {flags}(in a tree beside the checkout): {names}",),
        preparation=True,
    )


def keep_step(environment: Environment, images: list[Built], tag: str) -> Step:
    """Return the step that keeps the images of the release that is left."""
    return Step(
        name="keep",
        title="Keep the images that run now",
        script=keep(environment, images, tag),
        commands=tuple(f"docker tag … {i.retained(tag)}" for i in images),
        preparation=True,
    )


def questions_about(environment: Environment, sha: str) -> dict[str, str]:
    """Return read-only commands that tell what commit `sha` wants, and what stands in its way."""
    app = compose.app(environment)
    return {
        "missing": tree.exists(app, sha, *environment.compose.files),
        "in the way": tree.in_the_way(app, sha),
        "config": describe_target(environment, sha),
        "raw": f"git -C {app} show {quote(f'{sha}:{environment.compose.files[0]}')}",
        "flavour": "command -v docker-compose >/dev/null 2>&1 && docker-compose version --short",
        "folder": f'cd {app} && basename "$(pwd -P)"',
    }


def look_at(c, seen: state.State, commit) -> Target:
    """Return what `commit` wants on this host, or raise Refused for what makes it impossible."""
    answers = c.ask(questions_about(c.environment, commit.sha))
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


def _target(c, seen: state.State, commit, answers) -> Target:
    config = yaml.safe_load(answers["config"].out) or {}
    services = sorted(config.get("services") or {})
    lacking = [f"{s} ({role})" for role, s in c.environment.compose.services.items() if s not in services]
    if lacking:
        raise Refused(
            f"{commit.title} has no service {', '.join(lacking)}; it has {', '.join(services)}. Nothing was changed."
        )
    project = _project(seen, config, answers["folder"].out.strip())
    separator = "_" if answers["flavour"].out.strip().startswith("1.") else "-"
    return Target(
        project,
        _version(answers["raw"].out),
        services,
        compose.built(config, project, separator),
        [f"{s.get('entrypoint') or ''} {s.get('command') or ''}" for s in config["services"].values()],
    )


def _project(seen: state.State, config: dict, folder: str) -> str:
    running = next((c.project for c in seen.containers), "")
    return running or config.get("name") or re.sub(r"[^a-z0-9_-]", "", folder.lower())


def _version(raw: str) -> str:
    found = re.search(r"^version:\s*['\"]?([0-9.]+)", raw, re.MULTILINE)
    return found[1] if found else ""

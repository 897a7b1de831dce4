"""Calls that start services from images and build these; each proves what it did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...config.settings import Environment
from . import project
from .compose import Built, call, pairs
from .images import Decided, Target, deciding, names
from .project import Project


def start(
    environment: Environment,
    wanted: Target,
    images: Sequence[Built],
    sha: str,
    decided: Sequence[Decided] = (),
    *words: str,
) -> str:
    """Return the call that starts services from images kept of `sha` and those `decided`; `words` are for compose."""
    tags = {f"{image.service} {image.retained(sha)}": image.live for image in images}
    started = {service: name for service, name in names(images, decided, sha).items() if service in words}
    more = {"TAGS": pairs(tags), "IMAGES": pairs(started), "CHOSEN": deciding(wanted, decided)}
    return call(environment, "containers/up.sh", *words, **more)


def shown(environment: Environment, words: Sequence[str]) -> str:
    """Return the command that starts services, as people type it."""
    if environment.stack:
        return f"docker stack deploy -c {' -c '.join(environment.compose.files)} {environment.stack}"
    return " ".join(["docker-compose up -d --no-build", *words])


def shown_scaled(environment: Environment, counts: Mapping[str, int]) -> str:
    """Return the command that has a swarm run as many tasks of services as `counts`, as people type it."""
    return " ".join(["docker service scale", *(f"{environment.stack}_{s}={count}" for s, count in counts.items())])


def scaled(files: Project, replicas: Mapping[str, int]) -> list[str]:
    """Return the options of compose for as many containers of services as `replicas`, where `files` say otherwise."""
    others = {s: count for s, count in replicas.items() if count != project.replicas(files.services.get(s, {}))}
    return [f"--scale={service}={count}" for service, count in others.items()]


def start_missing(environment: Environment, words: Sequence[str]) -> str:
    """Return the call that starts services: the containers there are, and new ones where none is."""
    return call(environment, "containers/up.sh", *words, TAGS="", IMAGES="", CHOSEN="")


def recreate(environment: Environment, words: Sequence[str], images: Mapping[str, str]) -> str:
    """Return the call that makes the containers of services anew, from `images` (names by service)."""
    return call(environment, "containers/recreate.sh", *words, TAGS="", IMAGES=pairs(images), CHOSEN="")


def down(environment: Environment, files: Project, verb: str) -> str:
    """Return the call that takes the containers of all services down, also of profiles; `verb` is down, or stop."""
    profiles = {"PROFILES": "*"} if any(service.get("profiles") for service in files.services.values()) else {}
    return call(environment, "containers/down.sh", verb, **profiles)


def build(environment: Environment, images: Sequence[Built], *flags: str) -> str:
    """Return the call that builds `images` from the checkout as it is; what runs goes on running."""
    built = {image.service: image.live for image in images}
    return call(environment, "images/build.sh", *flags, IMAGES=pairs(built))

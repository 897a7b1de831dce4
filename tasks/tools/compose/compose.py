"""docker-compose, v1 and v2 alike: calls of its scripts, and what a compose file says about images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from ...config.settings import Compose, Environment
from ...ssh import paths, scripts
from ...ssh.shell import die, join, quote

LABEL = "com.docker.compose"


class Built(Struct, frozen=True):
    """A service whose image the project builds: `live` is the name compose starts it by."""

    service: str
    live: str

    def retained(self, commit: str) -> str:
        """Return the name under which the image of `commit` (a full hash) is kept."""
        return f"{repository(self.live)}:{commit}"


def variables(environment: Environment) -> dict[str, str]:
    """Return what every script that sources tools/compose/lib.sh has to be told, for `scripts.call`."""
    settings = environment.compose
    return {
        "APP": paths.app(environment),
        "COMPOSE_FILES": "\n".join(settings.files),
        "COMPOSE_COMMAND": settings.command,
        "GRACE": str(settings.grace),
        "DATABASE": environment.service("database") or "",
    }


def call(environment: Environment, script: str, *words: str, **more: str) -> str:
    """Return the command that runs `script`, a file beside this one, with the arguments `words` and variables."""
    return scripts.call(f"tools/compose/{script}", *words, **variables(environment), **more)


def pairs(names: Mapping[str, str]) -> str:
    """Return `names` as the lines `KEY NAME` that scripts read."""
    return "\n".join(f"{key} {name}" for key, name in names.items())


def define(settings: Compose) -> str:
    """Return sh text that defines `compose`, a function running whichever compose the host has."""
    files = " ".join(f"-f {quote(f)}" for f in settings.files)
    if settings.command != "auto":
        return f'compose() {{ {settings.command} {files} "$@"; }}'
    return (
        "if command -v docker-compose >/dev/null 2>&1\n"
        f'then compose() {{ docker-compose {files} "$@"; }}\n'
        f'else compose() {{ docker compose {files} "$@"; }}; fi'
    )


def version(settings: Compose) -> str:
    """Return the command that prints which compose would run; it fails where that is not there."""
    return scripts.call("tools/compose/version.sh", COMPOSE_COMMAND=settings.command)


def in_app(environment: Environment, *commands: str) -> str:
    """Return a script that runs `commands` in the checkout, with `compose` defined, stopping at an error."""
    missing = die(f"no folder {environment.app.path} on the host (app.path in hosts.yaml)")
    enter = f"cd {paths.app(environment)} 2>/dev/null || {missing}"
    return "\n".join(["set -eu", enter, define(environment.compose), *commands])


def containers(*services: str, everything: bool = True) -> str:
    """Return a command that lists ids of this project's containers, run in the checkout.

    Without `services`, those of all services; with `everything`, stopped ones as well. It belongs into
    `$(...)`, which fails with docker. Where the checkout is reached through a symbolic link, compose may
    have been run under either of its names.
    """
    options = ["-a"] if everything else []
    listing = join("docker", "ps", *options, "--no-trunc", "--filter", f"label={LABEL}.oneoff=False")
    here = f'{listing} --filter "label={LABEL}.project.working_dir=$d"'
    if len(services) == 1:
        here += f" --filter {quote(f'label={LABEL}.service={services[0]}')}"
    asked = _of(here, services) if len(services) > 1 else f"{here} -q || exit"
    return f'for d in "$(pwd -P)" "$(pwd -L)"; do {asked}; [ "$d" != "$(pwd -L)" ] || break; done'


def _of(listing: str, services: tuple[str, ...]) -> str:
    """Return sh text that asks docker once and prints the ids of several services' containers."""
    names = "|".join(map(quote, services))
    return (
        f"l=$({listing} --format '{{{{.ID}}}} {{{{.Label \"{LABEL}.service\"}}}}') || exit; "
        f'printf \'%s\\n\' "$l" | while read -r i s; do case $s in ({names}) echo "$i";; esac; done'
    )


def repository(image: str) -> str:
    """Return an image's name without its tag or digest."""
    name = image.partition("@")[0]
    head, slash, tail = name.rpartition("/")
    return head + slash + tail.partition(":")[0]


def built(services: Mapping[str, Any], project: str, separator: str) -> list[Built]:
    """Return those of `services`, as `compose config` prints them, that images are built for."""
    return [
        Built(name, tagged(service.get("image") or f"{project}{separator}{name}"))
        for name, service in sorted(services.items())
        if service.get("build")
    ]


def tagged(image: str) -> str:
    """Return an image's name with its tag: `latest` where it has none."""
    return image if repository(image) != image else f"{image}:latest"

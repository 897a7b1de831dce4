"""docker-compose, v1 and v2 alike: calls of its scripts, and what a compose file says about images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from ...config.settings import Compose, Environment
from ...console.commands import HOSTS_FILE
from ...console.errors import Refused
from ...ssh import paths, scripts
from ...ssh.shell import Word

LIKE_SWARM = Word('"$SCRIPTS/tools/swarm/lib.sh"')


class Deployment(Compose, frozen=True):
    """What runs, as its containers' labels and hosts.yaml say it together: every call of compose stands on it.

    Attributes:
        folder: where compose works, below the checkout; empty: in it.
        v1: whether it is compose v1.
    """

    folder: str = ""
    v1: bool = False


class Built(Struct, frozen=True):
    """A service and its image: `live` is the name compose starts it by, `place` where it is kept, if elsewhere."""

    service: str
    live: str
    place: str = ""

    @property
    def repository(self) -> str:
        """The name, without a tag, under which images of the service are kept."""
        return self.place or repository(self.live)

    def retained(self, commit: str) -> str:
        """Return the name under which the image of `commit` (a full hash) is kept."""
        return f"{self.repository}:{commit}"


def variables(environment: Environment) -> dict[str, str]:
    """Return what every script that sources tools/compose/lib.sh has to be told, for `scripts.call`."""
    settings = environment.compose
    told = {
        "APP": paths.app(environment),
        "DECIDED": "yes" if isinstance(settings, Deployment) else "",
        "PROJECT": settings.project or "",
        "FOLDER": settings.folder if isinstance(settings, Deployment) else "",
        "COMPOSE_FILES": "\n".join(settings.files if settings.file else []),
        "ENV_FILES": "\n".join(settings.env_files),
        "COMPOSE_COMMAND": settings.command,
        "PROFILES": "\n".join(settings.profiles),
        "GRACE": str(settings.grace),
        "DATABASE": environment.service("database") or "",
    }
    stack = environment.stack
    return {**told, "DECIDED": "yes", "PROJECT": stack, "STACK": stack, "FAB_SWARM": LIKE_SWARM} if stack else told


def call(environment: Environment, script: str, *words: str, **more: str) -> str:
    """Return the command that runs `script`, a file beside this one, with the arguments `words` and variables.

    Where a swarm runs the deployment, the file of the same name in tools/swarm takes its place. Without one, what
    reads files, or the containers on the manager, is as good there; Refused for what would change anything.
    """
    return scripts.call(f"tools/{_tool(environment, script)}/{script}", *words, **{**variables(environment), **more})


def _tool(environment: Environment, script: str) -> str:
    if not environment.stack:
        return "compose"
    if (scripts.PACKAGE / "tools" / "swarm" / script).is_file():
        return "swarm"
    if not script.startswith("reads/"):
        raise Refused(f"the plan has a step that is not possible in a swarm yet (orchestrator in {HOSTS_FILE}).")
    return "compose"


def pairs(names: Mapping[str, str]) -> str:
    """Return `names` as the lines `KEY NAME` that scripts read."""
    return "\n".join(f"{key} {name}" for key, name in names.items())


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

"""The project's containers as the engine describes them, the engine itself, and the room it has."""

from __future__ import annotations

import json

from msgspec import Struct

from ...config.settings import Environment
from ...ssh import paths
from ...ssh.probe import Probe, single
from ...ssh.shell import Answer, quote
from . import compose
from .compose import LABEL

FIELDS = (
    "{{.Id}}",
    "{{.Name}}",
    f'{{{{index .Config.Labels "{LABEL}.service"}}}}',
    "{{.Image}}",
    "{{.Config.Image}}",
    "{{.RestartCount}}",
    f'{{{{index .Config.Labels "{LABEL}.project"}}}}',
    "{{json .State}}",  # whole: a template cannot ask for a health check that is not there
)
VERSION = (
    "timeout 10 docker version --format '{{.Server.Version}}' || "
    "{ [ $? != 124 ] || echo 'no answer in 10 s: is the docker daemon running?' >&2; false; }"
)


class Container(Struct, frozen=True):
    """One container of the project; `image` is the id it runs, `image_name` what it was created from."""

    id: str
    name: str
    service: str
    image: str
    image_name: str
    status: str
    health: str
    started: str
    restarts: int
    exit_code: int
    project: str

    @property
    def running(self) -> bool:
        """Whether it runs and its own health check, if it has one, does not say otherwise."""
        return self.status == "running" and self.health in ("", "healthy", "starting")


def engine() -> Probe[str]:
    """Return the probe of the engine's version; empty where it does not answer."""
    return single(VERSION, _line)


def version(environment: Environment) -> Probe[str]:
    """Return the probe of compose's version, or of its path; empty where there is none."""
    return single(compose.version(environment.compose), _line)


def free(environment: Environment) -> Probe[dict[str, int]]:
    """Return the probe of the free bytes, by mount, where the checkout and the engine's data lie."""
    app = paths.app(environment)
    root = "r=$(docker info -f '{{.DockerRootDir}}' 2>/dev/null)"
    return single(f'{root} && df -Pk {app} "$r" || df -Pk {app} /', lambda answer: parse_free(answer.out))


def containers(environment: Environment) -> Probe[list[Container]]:
    """Return the probe of the project's containers, by service and name."""
    listing = f'c=$({compose.containers()}) || exit; [ -z "$c" ] || docker inspect -f {quote(chr(9).join(FIELDS))} $c'
    return single(f"cd {paths.app(environment)} || exit; {listing}", lambda answer: parse_containers(answer.out))


def _line(answer: Answer) -> str:
    return answer.out.strip() if answer.ok else ""


def parse_free(out: str) -> dict[str, int]:
    """Return the free bytes by mount that `df -Pk` printed."""
    lines = (line.split() for line in out.splitlines()[1:])
    return {words[5]: int(words[3]) * 1024 for words in lines if len(words) >= 6 and words[3].isdigit()}


def parse_containers(out: str) -> list[Container]:
    """Return the containers of tab-separated lines of FIELDS."""
    lines = (line.split("\t", len(FIELDS) - 1) for line in out.splitlines())
    found = [_container(words) for words in lines if len(words) == len(FIELDS)]
    return sorted(found, key=lambda c: (c.service, c.name))


def _container(words: list[str]) -> Container:
    detail = json.loads(words[7])
    return Container(
        id=words[0],
        name=words[1].lstrip("/"),
        service=words[2],
        image=words[3],
        image_name=words[4],
        restarts=int(words[5]),
        project=words[6],
        status=detail["Status"],
        health=(detail.get("Health") or {}).get("Status", ""),
        started=detail["StartedAt"],
        exit_code=detail["ExitCode"],
    )

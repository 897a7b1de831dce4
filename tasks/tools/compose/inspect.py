"""The project's containers as the engine describes them, the engine itself, and the room it has."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping

from msgspec import Struct

from ...config.settings import Environment
from ...ssh import paths, scripts
from ...ssh.probe import Probe, single
from ...ssh.shell import Answer, join
from . import compose

NO_NAME = re.compile("[0-9a-f]{64}")
QUIET = (0, 137, 143)  # exit codes of a container that somebody, or the kernel, stopped
FIELDS = 9  # of a line that containers.sh prints; the last may hold tabs


class Container(Struct, frozen=True):
    """One container of the project; `image` is the id it runs, `image_name` what it was created from.

    `restart` is what the engine does once it has ended.
    """

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
    restart: str = ""

    @property
    def running(self) -> bool:
        """Whether it runs and its own health check, if it has one, does not say otherwise."""
        return self.status == "running" and self.health in ("", "healthy", "starting")

    @property
    def stopped(self) -> bool:
        """Whether somebody stopped it, or it was never started: to start it is all that it needs."""
        return self.status == "created" or (self.status == "exited" and self.exit_code in QUIET)

    @property
    def ended(self) -> bool:
        """Whether it did what it was for, and is not meant to start again by itself."""
        return self.status == "exited" and self.exit_code == 0 and self.restart in ("", "no", "on-failure")


def engine() -> Probe[str]:
    """Return the probe of the engine's version; empty where it does not answer."""
    return single(scripts.call("tools/compose/reads/engine.sh"), _line)


def version(environment: Environment) -> Probe[str]:
    """Return the probe of compose's version, or of its path; empty where there is none."""
    return single(compose.call(environment, "reads/version.sh"), _line)


def version_number(environment: Environment) -> Probe[str]:
    """Return the probe of compose's version, for which v1 takes half a second; empty where there is none."""
    return single(compose.call(environment, "reads/version.sh", "number"), _line)


def free(environment: Environment) -> Probe[dict[str, int]]:
    """Return the probe of the free bytes, by mount, where the checkout and the engine's data lie."""
    command = scripts.call("tools/compose/images/free.sh", APP=paths.app(environment))
    return single(command, lambda answer: parse_free(answer.out))


def containers(environment: Environment) -> Probe[list[Container]]:
    """Return the probe of the project's containers, by service and name."""
    return single(compose.call(environment, "reads/containers.sh"), lambda answer: parse_containers(answer.out))


def jobs(environment: Environment) -> Probe[list[str]]:
    """Return the probe of the names of the containers that `compose run` started, and that still run."""
    return single(compose.call(environment, "reads/jobs.sh"), lambda answer: answer.out.split())


def image_ids(names: Mapping[str, str]) -> Probe[dict[str, str]]:
    """Return the probe of the ids of images `names`, both by service; an id is empty where there is no image."""
    return single(scripts.call("tools/compose/images/image-ids.sh", IMAGES=compose.pairs(names)), _pairs)


def image_sizes(ids: Collection[str]) -> Probe[dict[str, int]]:
    """Return the probe of the bytes that each of the images `ids` takes, as far as the engine tells."""
    command = f"docker image inspect -f '{{{{.Id}}}} {{{{.Size}}}}' {join(*ids)}" if ids else ":"
    return single(command, lambda answer: {name: int(count) for name, count in _pairs(answer).items()})


def names_now(environment: Environment) -> Probe[dict[str, str]]:
    """Return the probe of the ids that the names of the containers' images have now, by service; empty: none."""
    return single(compose.call(environment, "images/names-now.sh"), _pairs)


def unnamed_volumes(environment: Environment) -> Probe[list[str]]:
    """Return the probe of container and folder of the volumes that have no name of their own, but 64 digits."""
    return single(compose.call(environment, "reads/volumes.sh"), lambda answer: parse_unnamed(answer.out))


def _pairs(answer: Answer) -> dict[str, str]:
    return dict(line.split(" ", 1) for line in answer.out.splitlines() if " " in line)


def _line(answer: Answer) -> str:
    return answer.out.strip() if answer.ok else ""


def parse_free(out: str) -> dict[str, int]:
    """Return the free bytes by mount that `df -Pk` printed."""
    lines = (line.split() for line in out.splitlines()[1:])
    return {words[5]: int(words[3]) * 1024 for words in lines if len(words) >= 6 and words[3].isdigit()}


def parse_containers(out: str) -> list[Container]:
    """Return the containers that containers.sh printed."""
    lines = (line.split("\t", FIELDS - 1) for line in out.splitlines())
    found = [_container(words) for words in lines if len(words) == FIELDS]
    return sorted(found, key=lambda c: (c.service, c.name))


def parse_unnamed(out: str) -> list[str]:
    """Return `CONTAINER:FOLDER` for the volumes without a name, of those that volumes.sh printed."""
    lines = (line.split(" ", 2) for line in out.splitlines())
    found = (words for words in lines if len(words) == 3 and NO_NAME.fullmatch(words[1]))
    return [f"{name.lstrip('/')}:{folder}" for name, _volume, folder in found]


def _container(words: list[str]) -> Container:
    detail = json.loads(words[8])
    return Container(
        id=words[0],
        name=words[1].lstrip("/"),
        service=words[2],
        image=words[3],
        image_name=words[4],
        restarts=int(words[5]),
        project=words[6],
        restart=words[7],
        status=detail["Status"],
        health=(detail.get("Health") or {}).get("Status", ""),
        started=detail["StartedAt"],
        exit_code=detail["ExitCode"],
    )

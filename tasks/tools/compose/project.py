"""What the compose files in the checkout say: services, the images they share, and the names operators use."""

from __future__ import annotations

import difflib
import re

from msgspec import Struct, field

from ...config.settings import Environment
from ...console.errors import Refused
from ...preflight.state import State
from ...ssh import paths, scripts
from ...ssh.shell import Answer
from . import compose
from .compose import Built


class Project(Struct, kw_only=True):
    """The compose project on one host; `problem` says why compose does not accept its files."""

    name: str = ""
    services: dict[str, dict] = field(default_factory=dict)
    built: list[Built] = field(default_factory=list)
    problem: str = ""

    @property
    def lasting(self) -> list[str]:
        """The services that have to run: not those that only run once before others, nor those scaled to none."""
        once = {
            name
            for service in self.services.values()
            for name, how in _conditions(service.get("depends_on")).items()
            if how == "service_completed_successfully"
        }
        return [name for name, service in self.services.items() if name not in once and _wanted(service)]

    def sharing(self, service: str) -> list[str]:
        """Return `service` and all others that run the same image, or one built in the same way."""
        own = self._image(service), self.services[service].get("build")
        return [
            name
            for name, other in self.services.items()
            if name == service or self._image(name) == own[0] or (own[1] and other.get("build") == own[1])
        ]

    def builders(self, services: list[str]) -> list[Built]:
        """Return what has to be built for `services`."""
        images = {self._image(name) for name in services}
        return [b for b in self.built if b.service in services or b.live in images]

    def images(self, services: list[str]) -> dict[str, str]:
        """Return the name of the image that each of `services` starts from, where it is built here."""
        live = {b.live for b in self.built}
        return {name: self._image(name) for name in services if self._image(name) in live}

    def _image(self, service: str) -> str:
        own = next((b.live for b in self.built if b.service == service), "")
        return own or compose.tagged(str(self.services[service].get("image") or ""))


def questions(environment: Environment) -> dict[str, str]:
    """Return the read-only commands whose answers `read` understands."""
    app = paths.app(environment)
    return {
        "config": compose.call(environment, "run.sh", "config"),
        "flavour": scripts.call("tools/compose/flavour.sh"),
        "folder": f'cd {app} && basename "$(pwd -P)"',
    }


def read(answers: dict[str, Answer], seen: State) -> Project:
    """Return the project that the answers to `questions` describe; `seen` may know its name better."""
    import yaml

    if not answers["config"].ok:
        return Project(problem=" ".join(answers["config"].err.split())[-300:] or "compose config failed")
    config = yaml.safe_load(answers["config"].out) or {}
    name = project_name(seen, config, answers["folder"].out.strip())
    return Project(
        name=name,
        services=dict(sorted((config.get("services") or {}).items())),
        built=compose.built(config, name, separator(answers["flavour"])),
    )


def separator(flavour: Answer) -> str:
    """Return what stands between project and service in an image's name, by what `docker-compose` said."""
    return "_" if flavour.out.strip().startswith("1.") else "-"


def project_name(seen: State, config: dict, folder: str) -> str:
    """Return the compose project's name: as its containers have it, else as compose would call it."""
    running = next((c.project for c in seen.containers), "")
    return running or config.get("name") or re.sub(r"[^a-z0-9_-]", "", folder.lower())


def resolve(environment: Environment, project: Project, seen: State, name: str) -> str:
    """Return the service that `name` (a role, a service or a container) means, or raise Refused with the nearest."""
    by_container = {c.name: c.service for c in seen.containers}
    services = set(project.services) | set(by_container.values())
    meant = environment.compose.services.get(name, name)
    if meant in services:
        return meant
    if name in by_container:
        return by_container[name]
    known = sorted({*environment.compose.services, *services, *by_container})
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    raise Refused(f"--service: {name!r} is not known{hint} There are: {', '.join(known)}. Nothing was changed.")


def _conditions(depends_on) -> dict[str, str]:
    if not isinstance(depends_on, dict):
        return {}
    return {name: (how or {}).get("condition", "") for name, how in depends_on.items()}


def _wanted(service: dict) -> bool:
    replicas = (service.get("deploy") or {}).get("replicas", service.get("scale", 1))
    return replicas != 0

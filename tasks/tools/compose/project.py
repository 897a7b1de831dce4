"""What compose files say: services, the images they share, and the names operators use."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from msgspec import Struct, field

from ...config.settings import Environment
from ...console.commands import HOSTS_FILE
from ...console.errors import Refused
from ...console.text import nearest
from ...ssh.probe import Answers, Probe, single
from . import compose
from .compose import Built
from .inspect import Container

# v1: The X variable is not set. Defaulting to a blank string. v2: the same with quotes, which its log escapes.
UNSET = re.compile(r"""The \\*"?(\w+)\\*"? variable is not set""")
# `${X?}` without a value; v1 names the option alone.
REQUIRED = re.compile(r"required variable (\w+) is missing a value|Missing mandatory value for ()")
Service = dict[str, Any]  # as `compose config` prints it


class Project(Struct, frozen=True, kw_only=True):
    """A compose project; `problem` says why compose does not accept its files."""

    name: str = ""
    services: dict[str, Service] = field(default_factory=dict)
    built: list[Built] = field(default_factory=list)
    problem: str = ""

    @property
    def lasting(self) -> list[str]:
        """The services that have to run: not those that only run once before others, nor those scaled to none."""
        once = {name for service in self.services.values() for name in _run_before(service)}
        return [name for name, service in self.services.items() if name not in once and replicas(service) != 0]

    @property
    def jobs(self) -> set[str]:
        """The services that say themselves that they are not to start again once they have ended."""
        return {name for name, service in self.services.items() if service.get("restart") == "no"}

    def sharing(self, service: str) -> list[str]:
        """Return `service` and all others that run the same image, or one built in the same way."""
        own = self.image(service), self.services[service].get("build")
        return [
            name
            for name, other in self.services.items()
            if name == service or self.image(name) == own[0] or (own[1] and other.get("build") == own[1])
        ]

    def builders(self, services: Sequence[str]) -> list[Built]:
        """Return what has to be built for `services`."""
        images = {self.image(name) for name in services}
        return [b for b in self.built if b.service in services or b.live in images]

    def images(self, services: Sequence[str]) -> dict[str, str]:
        """Return the name of the image that each of `services` starts from, where it is built here."""
        live = {b.live for b in self.built}
        return {name: self.image(name) for name in services if self.image(name) in live}

    def image(self, service: str) -> str:
        """Return the name of the image that a service starts from, with its tag."""
        own = next((b.live for b in self.built if b.service == service), "")
        return own or compose.tagged(str(self.services[service].get("image") or ""))


class Description(Struct, frozen=True):
    """What compose makes of its files; how its version joins the names of images, and what the project is `called`.

    `warnings` is what it said beside that, `profiles` those that hosts.yaml enables.
    """

    config: dict[str, Any]
    separator: str
    called: str
    problem: str = ""
    warnings: str = ""
    profiles: list[str] = field(default_factory=list)

    @property
    def blank(self) -> list[str]:
        """The variables that nobody told compose."""
        return sorted(set(UNSET.findall(self.warnings)))

    def project(self, containers: Sequence[Container]) -> Project:
        """Return the project: called as its `containers` have it, else as compose would call it.

        A profile is enabled where hosts.yaml says so, or for a service that has a container.
        """
        if self.problem:
            return Project(problem=self.problem)
        running = next((k.project for k in containers), "")
        name = running or self.config.get("name") or re.sub(r"[^a-z0-9_-]", "", self.called.lower())
        there, said = {k.service for k in containers}, set(self.profiles)
        services = {
            service: what
            for service, what in sorted((self.config.get("services") or {}).items())
            if service in there or not what.get("profiles") or said & set(what["profiles"])
        }
        return Project(name=name, services=services, built=compose.built(services, name, self.separator))


def probe(environment: Environment, config: str = "") -> Probe[Description]:
    """Return the probe of the compose files in the checkout, or of what another command `config` makes of them."""
    described = config or compose.call(environment, "reads/describe.sh")
    commands = {"config": described, "naming": compose.call(environment, "reads/naming.sh")}
    return Probe(commands, lambda answers: _described(environment, answers))


def templates(environment: Environment) -> Probe[dict[str, Service]]:
    """Return the probe of the services before values are put in; none where compose cannot say."""
    command = compose.call(environment, "reads/describe.sh", "--no-interpolate")
    return single(command, lambda answer: _parsed(answer.out).get("services") or {} if answer.ok else {})


def untold(environment: Environment, names: Collection[str]) -> Probe[set[str]]:
    """Return the probe of which of the variables `names` have no value but a default; none where compose cannot say."""
    command = compose.call(environment, "reads/untold.sh", *sorted(names))
    return single(command, lambda answer: set(answer.out.split()) if answer.ok else set())


def variables(service: Service) -> dict[str, str | None]:
    """Return what a service's `environment` says; None: the value that the login has, which is none."""
    said = service.get("environment") or {}
    if isinstance(said, Mapping):
        return {name: None if value is None else str(value) for name, value in said.items()}
    pairs = (str(line).partition("=") for line in said)
    return {name: value if equals else None for name, equals, value in pairs}


def _parsed(out: str) -> dict[str, Any]:
    import yaml

    return yaml.safe_load(out) or {}


def cure(environment: Environment, beside: bool = False) -> str:
    """Return what is to be done about a value that compose does not find: its deployer's shell alone had it.

    `beside`: files say another one, which is to stay there for those who work without the deployer's.
    """
    said = environment.compose
    if beside:
        return f"name a file that holds what it had: compose.env_file: [{', '.join(said.values)}, FILE] in {HOSTS_FILE}"
    named = f"name the file that holds it: compose.env_file in {HOSTS_FILE}"
    if environment.stack and not said.env_files:
        return named
    return f"write it into {' or '.join(said.values)} on the host" + ("" if said.env_files else f", or {named}")


def _problem(environment: Environment, said: str) -> str:
    problem = " ".join(said.split())[-300:] or "compose config failed"
    if not (found := REQUIRED.search(said)):
        return problem
    return f"it finds no value for {found[1]}: {cure(environment)}" if found[1] else f"{problem}: {cure(environment)}"


def _described(environment: Environment, answers: Answers) -> Description:
    config = answers["config"]
    called, _, joint = answers["naming"].out.strip().rpartition(" ")
    problem = "" if config.ok else _problem(environment, config.err)
    known = _parsed(config.out) if config.ok else {}
    if joint == "stack":  # a swarm passes over what says how an image is built
        known = {**known, "services": {n: {**s, "build": None} for n, s in (known.get("services") or {}).items()}}
    return Description(known, joint or "-", called, problem, config.err, environment.compose.profiles)


def resolve(environment: Environment, project: Project, containers: Sequence[Container], name: str) -> str:
    """Return the service that `name` (a role, a service or a container) means, or raise Refused with the nearest."""
    by_container = {c.name: c.service for c in containers}
    services = set(project.services) | set(by_container.values())
    meant = environment.compose.services.get(name, name)
    if meant in services:
        return meant
    if name in by_container:
        return by_container[name]
    known = sorted({*environment.compose.services, *services, *by_container})
    hint = nearest(name, known).replace(",", ";", 1)
    raise Refused(f"--service: {name!r} is not known{hint} There are: {', '.join(known)}.")


def _run_before(service: Service) -> list[str]:
    """Return the services that have to have ended before a service starts."""
    needs = service.get("depends_on")
    conditions = needs.items() if isinstance(needs, Mapping) else ()
    return [name for name, how in conditions if (how or {}).get("condition") == "service_completed_successfully"]


def replicas(service: Service) -> Any:
    """Return how many containers of a service its files want."""
    return (service.get("deploy") or {}).get("replicas", service.get("scale", 1))


def on_every_node(service: Service) -> bool:
    """Return whether a swarm runs a service on each of its nodes, however many these are."""
    return (service.get("deploy") or {}).get("mode") == "global"

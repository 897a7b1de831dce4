"""What a task on containers is about: the services an operator named, or all of them."""

from __future__ import annotations

from msgspec import Struct, field

from ..config.settings import Environment
from ..console.errors import Refused
from ..ssh import paths
from ..ssh.parallel import parallel_map
from ..ssh.shell import quote
from ..tools.compose import compose, project
from ..tools.compose.project import Project
from . import state
from .state import State

UNNAMED = '{{range .Mounts}}{{if eq .Type "volume"}}{{$.Name}} {{.Name}} {{.Destination}}\n{{end}}{{end}}'


class Chosen(Struct):
    """What a task is about: the primary's state and project, and the services that were named (or all)."""

    seen: State
    project: Project
    services: list[str]
    named: str
    unnamed: list[str] = field(default_factory=list)

    @property
    def named_services(self) -> list[str]:
        """The services for a command line of compose: none means all."""
        return self.services if self.named else []

    @property
    def images(self) -> dict[str, str]:
        """The names of the images built here that the services start from."""
        return self.project.images([s for s in self.services if s in self.project.services])

    @property
    def lasting(self) -> list[str]:
        """Those of the services that have to run afterwards."""
        known = self.project.lasting
        return [s for s in self.services if s in known or not self.project.services]

    @property
    def existing(self) -> list[str]:
        """Those of the services that have a container."""
        return [s for s in self.services if self.seen.of(s)]

    @property
    def title(self) -> str:
        """The services, for a sentence."""
        return ", ".join(self.services) if self.named else "all services"

    @property
    def option(self) -> str:
        """The option that names the services again."""
        return f" --service {self.named}" if self.named else ""


def unnamed_volumes(environment: Environment) -> str:
    """Return a command that prints container, volume and folder of every volume in use."""
    listing = f'c=$({compose.containers()}); [ -z "$c" ] || docker inspect -f {quote(UNNAMED)} $c'
    return f"cd {paths.app(environment)} && {listing}"


def parse_unnamed(out: str) -> list[str]:
    """Return container and folder of the volumes that have no name of their own (64 hexadecimal digits)."""
    lines = (line.split(" ", 2) for line in out.splitlines())
    found = [w for w in lines if len(w) == 3 and len(w[1]) == 64 and not set(w[1]) - set("0123456789abcdef")]
    return [f"{name.lstrip('/')}:{folder}" for name, _, folder in found]


def choose(c, name: str | None, files: bool = True) -> Chosen:
    """Return what `name` (a role, a service or a container; None: everything) means on these hosts.

    Raises Refused where a host cannot be worked on; with `files` also where compose does not accept its files.
    """
    asked = {**state.questions(c.environment), **project.questions(c.environment)}
    answers = c.ask({**asked, "volumes": unnamed_volumes(c.environment)})
    seen = state.read(c.environment, answers)
    others = parallel_map(c.fleet[1:], state.look)
    for member, known in zip(c.fleet, [seen, *others], strict=True):
        state.require(member.address, known, ("engine", "head"))
    found = project.read(answers, seen)
    if files and found.problem:
        raise Refused(f"{c.address}: compose does not accept its files: {found.problem} Nothing was changed.")
    every = found.lasting or sorted({k.service for k in seen.containers})
    picked = [project.resolve(c.environment, found, seen, name)] if name else every
    return Chosen(seen, found, picked, name or "", parse_unnamed(answers["volumes"].out))

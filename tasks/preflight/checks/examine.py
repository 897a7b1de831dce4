"""Everything a person would look at to tell how a deployment is: asked in one round trip, kept as data."""

from __future__ import annotations

import functools
from typing import Any

from msgspec import Struct, field, structs

from ...config.settings import Environment
from ...console.units import stamp
from ...ssh.host import Host
from ...ssh.probe import Probe, clock, combined
from ...tools.alembic import image_graphs, revisions
from ...tools.compose import origins, project
from ...tools.compose.inspect import Container
from ...tools.compose.origins import Origin
from ...tools.compose.project import Description, Project
from ...tools.git import standing
from ..present import drift, state
from ..present.drift import Drifted
from ..present.state import State
from . import errorlog
from .errorlog import Noise

CRASHES = 3  # restarts that are no accident
LATELY = 300  # seconds since the last of them, within which it is not over


class Examined(Struct, frozen=True, kw_only=True):
    """What was found on one host.

    `now` and `moved` (when HEAD came to where it is) are seconds of the host's clock.
    `graph` are the migrations of HEAD, None where they cannot be told: `heads_problem` says why. `origins` is what
    containers were made of, by their names, `drifted` where that is not what HEAD describes; `finished` are jobs that
    have ended well, and what only other hosts run.
    """

    seen: State
    project: Project
    database: str = ""
    now: float = 0.0
    moved: float = 0.0
    graph: revisions.Graph | None = None
    heads_problem: str = ""
    noise: list[Noise] = field(default_factory=list)
    origins: dict[str, Origin] = field(default_factory=dict)
    drifted: Drifted = Drifted()
    finished: set[str] = field(default_factory=set)

    @property
    def heads(self) -> list[str] | None:
        """The revisions that the code of HEAD needs; None where they cannot be told."""
        return sorted(self.graph.heads()) if self.graph else None

    @property
    def fits(self) -> bool:
        """Whether the database is exactly where the code of HEAD needs it; rows that say nothing new do not count."""
        rows = self.seen.revision
        return self.graph is not None and rows is not None and revisions.fits(self.graph, rows)

    @property
    def services(self) -> list[str]:
        """The services that have to run; those that have containers, where compose does not say."""
        named = self.project.lasting or self.seen.services
        return [service for service in named if service not in self.finished]

    @property
    def errors(self) -> list[Noise]:
        """The errors since the newest start of an application, by container; all of one that starts again and again."""
        looping = {k.name for k in self.crashing}
        started = {k.name: stamp(k.started) for k in self.seen.containers}
        newest = max((stamp(k.started) for k in self._applications), default=0.0)
        return [
            n if n.container in looping else n.since(max(newest, started.get(n.container, 0.0))) for n in self.noise
        ]

    @property
    def _applications(self) -> list[Container]:
        return [k for k in self.seen.containers if k.service != self.database] or self.seen.containers

    @property
    def crashing(self) -> list[Container]:
        """The containers that were started anew so often, and so lately, that they will not stay up."""
        return [k for k in self.seen.containers if k.restarts >= CRASHES and self.now - stamp(k.started) < LATELY]

    def left_behind(self) -> list[str]:
        """Return the containers of another commit than HEAD, unless any was made since the checkout came to HEAD.

        A deployment of one service leaves the others as they are; one of none was a checkout, and no deployment.
        """
        names = {k.name for k in self._applications} & self.origins.keys()
        if any(self.origins[name].created >= self.moved for name in names):
            return []
        return sorted(name for name in names if self.origins[name].of(self.seen.head) is False)


def probe(environment: Environment) -> Probe[Examined]:
    """Return the read-only probe of everything about one host; what cannot be read is a problem in the state."""
    parts: dict[str, Probe[Any]] = {
        "seen": state.probe(environment),
        "described": project.probe(environment),
        "now": clock(),
        "moved": standing.moved(environment),
        "noise": errorlog.probe(environment),
        "origins": origins.origins(environment),
        "drifted": drift.probe(environment),
    }
    if environment.alembic:
        path = environment.app.path.removeprefix("~/")
        parts["graphs"] = revisions.probe(path, ["HEAD"], environment.alembic)
    return combined(functools.partial(_examined, environment), **parts)


def examine(member: Host) -> Examined:
    """Look at one host; what cannot be read is a problem in the state, never an error."""
    return with_graph(member, member.ask(probe(member.environment)))


def with_graph(member: Host, found: Examined) -> Examined:
    """Return `found`, with the migrations of HEAD as an image tells them where its text does not decide them."""
    if not found.heads_problem:
        return found
    graph = member.ask(image_graphs.probe(member.environment, ["HEAD"]), timeout=image_graphs.SECONDS).get("HEAD")
    return structs.replace(found, graph=graph, heads_problem="") if graph else found


def _examined(
    environment: Environment, seen: State, described: Description, graphs: revisions.Graphs | None = None, **found: Any
) -> Examined:
    read = (graphs or {}).get("HEAD")
    graph = read if isinstance(read, revisions.Graph) else None
    return Examined(
        seen=seen,
        project=described.project(seen.containers),
        database=environment.service("database") or "",
        finished=seen.finished(environment) | {*environment.elsewhere},
        graph=graph,
        heads_problem="" if graph or read is None else str(read),
        **found,
    )

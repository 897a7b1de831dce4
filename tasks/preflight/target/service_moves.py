"""What ran runs again: which services a rollback stops, which it starts, and how many containers of each."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Sequence, Set
from typing import NamedTuple

from msgspec import Struct, field, structs

from ...config.settings import Environment
from ...console.errors import Refused
from ...tools.compose.compose import Deployment
from ...tools.compose.images import Target
from ...tools.compose.project import on_every_node
from ..present import own_images
from ..present.own_images import written_in
from ..present.state import State
from .image_candidates import Asked


class Moves(Struct, frozen=True):
    """The services that a rollback stops and starts.

    Attributes:
        stopping: those that run code of ours, change with the commit, or are to be stopped by hosts.yaml.
        starting: those that ran, and those that the commit brings.
        going_on: others that run, and that the commit does not describe: it could not start them again.
        replicas: how many containers of a service there are, where the commit does not change that.
    """

    stopping: list[str]
    starting: list[str]
    going_on: list[str] = field(default_factory=list)
    replicas: dict[str, int] = field(default_factory=dict)
    facts: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def proven(self) -> list[str]:
        """The services that have to run afterwards."""
        return [*self.starting, *self.going_on]


class _Known(NamedTuple):
    """What decides: `seen` are the containers of all hosts, `back` the services that ran before a run taken back.

    `nowhere` are those of hosts that take no part.
    """

    environment: Environment
    seen: State
    wanted: Target
    back: list[str]
    nowhere: Set[str] = frozenset()

    @property
    def roles(self) -> set[str]:
        return set(self.environment.compose.services.values())

    @property
    def database(self) -> str:
        return self.environment.service("database") or ""

    @property
    def there(self) -> set[str]:
        return {k.service for k in self.seen.containers}

    @property
    def finished(self) -> set[str]:
        return self.seen.finished(self.environment)


def choose(
    environment: Environment, states: Sequence[State], asked: Asked, services: list[str], images: Iterable[str]
) -> Moves:
    """Return the moves of a rollback of `services`, or of all; `images`: those that may get another image."""
    known = _known(environment, states, asked)
    return _only(services, known, states, asked) if services else _plan(known, states, asked, images)


def _only(services: list[str], known: _Known, states: Sequence[State], asked: Asked) -> Moves:
    """Return the moves of some services alone: jobs among them are not run again.

    Raises Refused where nothing else is among them: compose, told of no service, would start all.
    """
    moved = [name for name in services if name in known.roles or _starts(known, name)]
    if not moved:
        raise Refused(f"{', '.join(services)}: it has ended, or is a job: a rollback does not run it again.")
    return Moves(moved, moved, replicas=_replicas(states, asked.wanted, moved))


def _plan(known: _Known, states: Sequence[State], asked: Asked, images: Iterable[str]) -> Moves:
    stopping = sorted(_stopping(known, images))
    starting = [name for name in asked.wanted.files.lasting if _starts(known, name)]
    moves = Moves(
        stopping,
        starting,
        going_on=sorted(known.seen.up - {*stopping, *asked.wanted.files.services}),
        replicas=_replicas(states, asked.wanted, starting),
    )
    title = asked.target.title
    return structs.replace(moves, facts=_facts(known, moves, title), warnings=_warnings(known, moves, title))


def _known(environment: Environment, states: Sequence[State], asked: Asked) -> _Known:
    everywhere = structs.replace(asked.state, containers=[k for one in states for k in one.containers])
    back = asked.before.running if asked.before else []
    return _Known(environment, everywhere, asked.wanted, back, asked.nowhere)


def around_schema(environment: Environment, seen: State, present: Target) -> list[str]:
    """Return the services that run, and are stopped while the schema alone changes."""
    return sorted(_stopping(_Known(environment, seen, present, []), []) & seen.up)


def _stopping(known: _Known, images: Iterable[str]) -> set[str]:
    environment, wanted = known.environment, known.wanted
    asked = {environment.compose.services.get(name, name) for name in environment.compose.stop}
    ours = own_images.ours(environment, known.seen, wanted) | known.roles | _mounting(known)
    left = {name for name, one in wanted.present.items() if one.built and name not in wanted.files.services}
    others = asked | set(images) | _remounted(known) | left
    return (known.there - known.finished - {known.database}) & (ours | others)


def _mounting(known: _Known) -> set[str]:
    """Return the services into which the same is mounted as into the application."""
    roles = known.roles - {known.database}
    code = {mount for role in roles for mount in written_in(known.wanted, role).mounts}
    return {name for name in known.wanted.files.services if code.intersection(written_in(known.wanted, name).mounts)}


def _remounted(known: _Known) -> set[str]:
    """Return the services into which files are mounted that the commit has otherwise."""
    compose = known.seen.settled(known.environment).compose
    folder = compose.folder if isinstance(compose, Deployment) else ""
    return {
        name
        for name in known.wanted.files.services
        for mount in (*written_in(known.wanted, name).mounts, *written_in(known.wanted, name, True).mounts)
        if any(_within(path, posixpath.normpath(f"{folder or '.'}/{mount}")) for path in known.wanted.changed)
    }


def _within(path: str, folder: str) -> bool:
    return folder in (".", path) or path.startswith(f"{folder}/")


def _starts(known: _Known, name: str) -> bool:
    """Return whether a service that the commit describes is started: it ran, or nothing says that it should not."""
    if name in known.nowhere:
        return False
    if name in known.seen.up or name in known.back:
        return True
    if name in known.finished | (known.wanted.files.jobs - known.roles):
        return False
    brought = name not in known.wanted.present or not known.seen.goes_on(known.environment)
    return name in known.there | known.roles or brought


def _replicas(states: Sequence[State], wanted: Target, starting: Iterable[str]) -> dict[str, int]:
    numbered = [s for s in starting if not on_every_node(wanted.files.services.get(s, {}))]
    same = [s for s in numbered if written_in(wanted, s).replicas == written_in(wanted, s, True).replicas]
    counts = {s: max(len(one.of(s)) for one in states) for s in same}
    return {s: count for s, count in counts.items() if count}


def _facts(known: _Known, moves: Moves, title: str) -> list[str]:
    files = known.wanted.files.services
    stay = sorted(known.seen.up.intersection(moves.starting) - {*moves.stopping, known.database})
    ended = [name for name in files if name in known.there and name not in moves.starting + moves.stopping]
    left = {*known.there, *moves.starting, *known.nowhere}
    never = [name for name in known.wanted.files.lasting if name not in left]
    new = [name for name in moves.starting if name not in known.there]
    return [
        *_told(stay, "stays up: no commit changes it"),
        *_told(ended, "has ended and is not run again"),
        *_told(never, "has no container and gets none"),
        *_told(new, "has no container and is started"),
        *_told(moves.going_on, f"goes on: {title} does not describe it"),
    ]


def _warnings(known: _Known, moves: Moves, title: str) -> list[str]:
    down = [name for name in moves.stopping if name in known.seen.up and name not in moves.starting]
    return _told(down, f"stays down: {title} does not start it")


def _told(services: Sequence[str], what: str) -> list[str]:
    return [f"{name} {what}" for name in services]

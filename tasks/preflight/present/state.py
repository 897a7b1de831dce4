"""Where a deployment is now: everything about it that is asked in one round trip, as data."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field, structs

from ...config.settings import Environment
from ...console.errors import Refused
from ...engine import journal
from ...ssh.host import Host
from ...ssh.probe import Answers, Probe, answered, combined
from ...tools import secrets
from ...tools.alembic import rows
from ...tools.compose import inspect, labels
from ...tools.compose.compose import Deployment
from ...tools.compose.inspect import Container
from ...tools.git import standing
from ...tools.http import fetch
from ...tools.http.fetch import Response
from ...tools.meanings import meaning
from ...tools.secrets import Secrets

UP = ("running", "restarting", "paused")
ROOM = 10**9  # bytes that a build and a snapshot need at the least
WITHOUT_V1 = 26  # the engine's first version that compose v1 cannot make containers on
NEEDED = ("engine", "deployment", "compose", "head", "url 0")


class State(Struct, frozen=True, kw_only=True):
    """A deployment as it was seen: what could not be read stands in `problems` under its name.

    `free` is bytes by mount, `revision` the rows of the alembic table, None where they could not be read.
    `activity` is another one once any run has done anything on the host. `lacks_lfs` says why a checkout needs the
    git-lfs that the host lacks. `kept` are changed files that a checkout leaves alone: the values of compose. `jobs`
    are the containers of `compose run` that still run.
    """

    engine: str = ""
    compose: str = ""
    free: dict[str, int] = field(default_factory=dict)
    head: str = ""
    branch: str = ""
    subject: str = ""
    modified: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    containers: list[Container] = field(default_factory=list)
    revision: list[str] | None = None
    responses: list[Response] = field(default_factory=list)
    activity: str = ""
    deployment: Deployment | None = None
    lacks_lfs: str = ""
    jobs: list[str] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)

    def settled(self, environment: Environment) -> Environment:
        """Return `environment` with what runs for its compose section, so that steps need not ask again."""
        return structs.replace(environment, compose=self.deployment) if self.deployment else environment

    def of(self, *services: str) -> list[Container]:
        """Return the containers of `services`."""
        return [c for c in self.containers if c.service in services]

    @property
    def services(self) -> list[str]:
        """The services of which there is a container."""
        return sorted({k.service for k in self.containers})

    @property
    def up(self) -> set[str]:
        """The services of which a container runs, however well."""
        return {k.service for k in self.containers if k.status in UP}

    def goes_on(self, environment: Environment) -> bool:
        """Return whether any application runs, so that what does not run may be meant not to."""
        return bool(self.up - {environment.service("database")})

    def finished(self, environment: Environment) -> set[str]:
        """Return the services that did what they were for and ended well, while the application goes on."""
        others = {k.service for k in self.containers} - set(environment.compose.services.values())
        return {s for s in others if all(k.ended for k in self.of(s))} if self.goes_on(environment) else set()

    @property
    def image_ids(self) -> dict[str, str]:
        """The id of the image that each service runs."""
        return {c.service: c.image for c in self.containers}

    @property
    def answered(self) -> str:
        """What the health addresses said that did not answer as they should."""
        return "; ".join(f"{r.url}: {r.found}" for r in self.responses if not r.ok)

    @property
    def healthy(self) -> bool:
        """Whether every health address answered as it should."""
        return all(r.ok for r in self.responses)


def probe(environment: Environment) -> Probe[State]:
    """Return the read-only probe of a whole deployment."""
    parts: dict[str, Probe[Any]] = {
        "activity": journal.activity(environment),
        "engine": inspect.engine(),
        "deployment": labels.probe(environment),
        "compose": inspect.version(environment),
        "free": inspect.free(environment),
        "head": standing.head(environment),
        "changes": standing.changes(environment),
        "lfs": standing.lacks_lfs(environment),
        "containers": inspect.containers(environment),
        "jobs": inspect.jobs(environment),
        "dotenv": answered(secrets.command(environment)),
        **{f"url {number}": fetch.response(one) for number, one in enumerate(environment.health.addresses)},
    }
    if environment.database:
        parts["revision"] = rows.probe(environment, environment.database)
    return combined(_state, **{name: _with_problem(part) for name, part in parts.items()})


def look(host: Host) -> State:
    """Return where the deployment is now, asked in one round trip."""
    found: State = host.ask(probe(host.environment))
    return found


def require(address: str, seen: State, parts: tuple[str, ...] = NEEDED) -> None:
    """Raise Refused, with what to do about it, where a host's engine, compose or checkout does not answer.

    Or where it has nothing to ask a health address with.
    """
    for part in parts:
        if problem := seen.problems.get(part):
            raise Refused(f"{problem}.", at=address)


def _with_problem(part: Probe[Any]) -> Probe[tuple[Any, str]]:
    """Return a probe of what `part` finds, and what is wrong with the host where it cannot be asked."""
    return Probe(part.commands, lambda answers: (part.read(answers), _problem(answers)), part.first)


def _problem(answers: Answers) -> str:
    return next((meaning(answer) for answer in answers.values() if not answer.ok), "")


def _state(**found: tuple[Any, str]) -> State:
    values = {name: value for name, (value, _problem) in found.items()}
    return State(
        engine=values["engine"],
        compose=values["compose"],
        free=values["free"],
        head=values["head"].commit,
        branch=values["head"].branch,
        subject=values["head"].subject,
        modified=values["changes"].modified,
        kept=values["changes"].kept,
        containers=values["containers"],
        revision=values.get("revision"),
        responses=_told([value for value in values.values() if isinstance(value, Response)], values["dotenv"].out),
        activity=values["activity"],
        deployment=values["deployment"],
        problems=_unfit(values) | {name: problem for name, (_value, problem) in found.items() if problem},
        lacks_lfs=values["lfs"],
        jobs=values["jobs"],
    )


def _told(responses: list[Response], dotenv: str) -> list[Response]:
    """Return what was answered, without the secrets of the deployment."""
    if not any(one.said for one in responses):
        return responses
    hidden = Secrets(secrets.in_dotenv(dotenv, every=False))
    return [one.told(hidden) for one in responses]


def _unfit(values: dict[str, Any]) -> dict[str, str]:
    """Return why this compose cannot work with this engine: it would fail only when it makes containers."""
    runs, engine = values["deployment"], values["engine"]
    major = engine.partition(".")[0]
    if not runs or not runs.v1 or not major.isdigit() or int(major) < WITHOUT_V1:
        return {}
    return {"compose": f"docker-compose is v1, which does not work with Docker {engine}: install the compose plugin"}

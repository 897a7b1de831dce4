"""A deployment of v1 and then v2, seen past SSH; and its operator."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.host import Host
from tests.field.laying import Place, lay
from tests.field.recipe import REVISIONS, Recipe
from tests.operator import Operator, Ran, World, settings_for


@dataclass(frozen=True)
class Container:
    """What is known of a container that runs, or has ended."""

    name: str
    project: str
    service: str
    running: bool
    image: str
    environment: frozenset[str]


class Deployment(Operator):
    """An application in a folder and a project of its own, v1 and then v2 deployed; and who is on call for it."""

    def __init__(self, place: Place, folder: Path, recipe: Recipe) -> None:
        self.place, self.name, self.recipe = place, place.name, recipe
        self.before = set(_ids(place.host))
        self.releases = lay(place, recipe)
        super().__init__(place.host, folder)

    def describe(self) -> dict[str, Any]:
        """The environment of hosts.yaml for this deployment."""
        ordinary = {
            "hosts": settings_for(self.host)["hosts"],
            "app": {"path": f"{self.name}/{self.recipe.below}".rstrip("/")},
            "compose": {"file": self.recipe.file, "services": {"backend": "app", "database": "db"}, "grace": 1},
            "database": {"name": "shop", "user": "shop", "backups": "backups", "alembic": {"service": "app"}},
            "health": {"urls": [f"http://127.0.0.1:{self.place.port}/health"], "timeout": 20},
        }
        return {key: _merged(value, self.recipe.settings.get(key)) for key, value in ordinary.items()}

    def rollback(self, *words: str, **variables: str) -> Ran:
        """Type the main command."""
        return self.fab("full-rollback", "--commit", self.good, "--yes", *words, **variables)

    @property
    def good(self) -> str:
        """The commit of v1."""
        return self.releases["v1"]

    @property
    def bad(self) -> str:
        """The commit of v2, which is deployed and broken."""
        return self.releases["v2"]

    @property
    def project(self) -> str:
        """The project that the containers belong to."""
        return self.recipe.project.format(name=self.name)

    def head(self) -> str:
        """The commit of the checkout."""
        return self.host.exec(f"git -C {self.name} rev-parse HEAD")

    def health(self) -> dict[str, Any]:
        """What the application says of itself; nothing where it does not answer."""
        ask = self.recipe.ask.format(port=self.place.port) or self.place.ask
        found: dict[str, Any] = json.loads(self.host.exec(f"{ask} || :") or "{}")
        return found

    def sql(self, statement: str, database: str = "shop") -> str:
        """What psql prints for a statement."""
        labels = {"service": "db", "project": self.project}
        filters = " ".join(f"--filter label=com.docker.compose.{key}={value}" for key, value in labels.items())
        psql = f"docker exec -i $(docker ps -q {filters}) psql -XAt -U shop -d {database}"
        return self.host.exec(psql, stdin=statement)

    def revision(self) -> str:
        """The rows of alembic_version."""
        return self.sql("SELECT version_num FROM alembic_version ORDER BY 1")

    def runs(self) -> list[Container]:
        """The containers of this deployment, and whatever else was made since."""
        new = [each for each in _ids(self.host) if each not in self.before]
        return [_container(data) for data in json.loads(self.host.exec(f"docker inspect {' '.join(new)}"))]

    def rolled_back(self, ran: Ran, before: list[Container]) -> None:
        """Assert that v1 is there as v2 was: same project, services, scale and environment; only the image differs."""
        assert ran.code == 0, ran.text
        assert (self.head(), self.revision()) == (self.good, REVISIONS["v1"])
        assert (self.health()["release"], self.health()["problem"]) == ("v1", "")
        assert self.sql("SELECT count(*) FROM items") == "50"
        assert _what_runs(self.runs()) == _what_runs(before)
        verified = self.fab("verify", "--commit", self.good)
        assert verified.code == 0, verified.text

    def untouched(self, ran: Ran, before: World, *named: str) -> None:
        """Assert that it was refused, naming `named`, with the host as it was."""
        assert ran.code == 2, ran.text
        assert self.world() == before
        assert [word for word in named if word not in ran.err] == [], ran.err


def _ids(host: Host) -> list[str]:
    return host.exec("docker ps -aq --no-trunc").split()


def _container(data: dict[str, Any]) -> Container:
    labels = data["Config"]["Labels"]
    project, service = (labels.get(f"com.docker.compose.{key}", "") for key in ("project", "service"))
    environment = frozenset(data["Config"]["Env"] or [])
    name = data["Name"].lstrip("/")
    return Container(name, project, service, data["State"]["Running"], data["Image"], environment)


def _what_runs(containers: list[Container]) -> Counter[tuple[str, str, frozenset[str]]]:
    return Counter((each.project, each.service, each.environment) for each in containers if each.running)


def _merged(ordinary: Any, changes: Any) -> Any:
    """Return `ordinary` with the changes made; in a mapping, None leaves a key out."""
    if not isinstance(changes, dict):
        return ordinary if changes is None else changes
    ordinary = ordinary or {}
    merged = {**ordinary, **{key: _merged(ordinary.get(key), value) for key, value in changes.items()}}
    return {key: value for key, value in merged.items() if changes.get(key, "") is not None}

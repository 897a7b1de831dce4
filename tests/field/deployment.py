"""A deployment of v1 and then v2, seen past SSH; and its operator."""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.host import Host
from tests.field.laying import Place, ask, deploy
from tests.field.recipe import REVISIONS, Recipe
from tests.operator import Operator, Ran, World, settings_for
from tests.report import note


@dataclass(frozen=True)
class Container:
    """What is known of a container that runs, or has ended."""

    id: str
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
        self.releases: dict[str, str] = {}
        super().__init__(place.host, folder)

    def deploy(self, *releases: str) -> None:
        """Deploy releases, one after the other, as the team does."""
        for release in releases:
            self.releases[release] = deploy(self.place, self.recipe, release)

    def describe(self) -> dict[str, Any]:
        """The environment of hosts.yaml for this deployment."""
        ordinary: dict[str, Any] = {
            "hosts": settings_for(self.host)["hosts"],
            "app": {"path": f"{self.name}/{self.recipe.below}".rstrip("/")},
            "compose": {"file": self.recipe.file, "services": {"backend": "app", "database": "db"}, "grace": 1},
            "database": {"name": "shop", "user": "shop", "backups": "backups", "alembic": {"service": "app"}},
            "health": {"urls": [f"http://127.0.0.1:{self.place.port}/health"], "timeout": 20},
        }
        changes = json.loads(self.place.at("").fill(json.dumps(self.recipe.settings)))
        merged: dict[str, Any] = _merged(ordinary, changes)
        return merged

    def rollback(self, *words: str) -> Ran:
        """Type the main command."""
        return self.fab("full-rollback", "--commit", self.good, "--yes", *words)

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
        return self.place.at("").fill(self.recipe.project)

    def head(self) -> str:
        """The commit of the checkout."""
        return self.host.exec(f"git -C {self.name} rev-parse HEAD")

    def health(self) -> dict[str, Any]:
        """What the application says of itself; nothing where it does not answer."""
        found: dict[str, Any] = json.loads(self.host.exec(f"{ask(self.place, self.recipe)} || :") or "{}")
        return found

    def sql(self, statement: str, database: str = "") -> str:
        """What psql prints for a statement."""
        database = database or self.recipe.database
        if self.recipe.psql:
            return self.host.exec(f"{self.place.at('').fill(self.recipe.psql)} -XAt -d {database}", stdin=statement)
        labels = {"service": "db", "project": self.project}
        filters = " ".join(f"--filter label=com.docker.compose.{key}={value}" for key, value in labels.items())
        psql = f"docker exec -i $(docker ps -q {filters}) psql -XAt -U shop -d {database}"
        return self.host.exec(psql, stdin=statement)

    def revision(self) -> str:
        """The rows of Alembic's table."""
        return self.sql(f"SELECT version_num FROM {self.recipe.table} ORDER BY 1")

    def runs(self) -> list[Container]:
        """The containers of this deployment, and whatever else was made since."""
        new = [each for each in _ids(self.host) if each not in self.before]
        return [_container(data) for data in json.loads(self.host.exec(f"docker inspect {' '.join(new)}"))]

    @staticmethod
    def of(containers: list[Container], **labels: str) -> set[Container]:
        """The containers of a project or a service."""
        return {each for each in containers if labels.items() <= vars(each).items()}

    def rolled_back(self, ran: Ran, before: list[Container]) -> None:
        """Assert that v1 is there as v2 was: same project, services, scale and environment; only the image differs.

        And that `undo` brings v2 back as it was.
        """
        self.went_back(ran, before)
        self.undone(self.fab("undo", "--yes"), before)
        self.note(ran, "rolled back, verified, and undone")

    def went_back(self, ran: Ran, before: list[Container]) -> None:
        """Assert that v1 is there as v2 was."""
        assert ran.code == 0, ran.text
        assert (self.head(), self.revision()) == (self.good, REVISIONS["v1"])
        assert (self.health()["release"], self.health()["problem"]) == ("v1", "")
        assert self.sql("SELECT count(*) FROM items") == "50"
        assert _what_runs(self.runs()) == _what_runs(before)
        verified = self.fab("verify", "--commit", self.good)
        assert verified.code == 0, verified.text

    def undone(self, ran: Ran, before: list[Container]) -> None:
        """Assert that v2 is there as it was."""
        assert ran.code == 0, ran.text
        assert (self.head(), self.revision(), self.health()["release"]) == (self.bad, REVISIONS["v2"], "v2")
        assert _what_runs(self.runs()) == _what_runs(before)

    def rolled_back_or_untouched(self, ran: Ran, before: list[Container], world: World, *named: str) -> None:
        """Assert that v1 is there as v2 was, or that it was refused, naming `named`, with the host as it was."""
        if ran.code == 2:
            self.untouched(ran, world, *named)
        else:
            self.rolled_back(ran, before)

    def untouched(self, ran: Ran, before: World, *named: str) -> None:
        """Assert that it was refused, naming `named`, with the host as it was."""
        assert ran.code == 2, ran.text
        assert self.world() == before
        assert [word for word in named if word not in ran.err] == [], ran.err
        self.note(ran, "refused, untouched")

    def note(self, ran: Ran, became: str) -> None:
        """Add a line to FAULTS.md."""
        difference = os.environ["PYTEST_CURRENT_TEST"].split("::")[-1].removesuffix(" (call)").removeprefix("test_")
        note(
            {
                "deployment": difference.replace("_", " "),
                "exit": str(ran.code),
                "what the operator saw": ran.first,
                "and so": became,
            }
        )


def _ids(host: Host) -> list[str]:
    return host.exec("docker ps -aq --no-trunc").split()


def _container(data: dict[str, Any]) -> Container:
    labels = data["Config"]["Labels"]
    project, service = (labels.get(f"com.docker.compose.{key}", "") for key in ("project", "service"))
    environment = frozenset(data["Config"]["Env"] or [])
    return Container(data["Id"], project, service, data["State"]["Running"], data["Image"], environment)


def _what_runs(containers: list[Container]) -> Counter[tuple[str, str, frozenset[str]]]:
    return Counter((each.project, each.service, each.environment) for each in containers if each.running)


def _merged(ordinary: Any, changes: Any) -> Any:
    """Return `ordinary` with the changes made; in a mapping, None leaves a key out."""
    if not isinstance(changes, dict):
        return ordinary if changes is None else changes
    ordinary = ordinary or {}
    merged = {**ordinary, **{key: _merged(ordinary.get(key), value) for key, value in changes.items()}}
    return {key: value for key, value in merged.items() if changes.get(key, "") is not None}

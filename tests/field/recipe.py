"""What a deployment is made of: its repository, its untracked files, and how it is deployed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

APP = Path(__file__).parent / "app"
HIDDEN = {"gitignore": ".gitignore", "dockerignore": ".dockerignore"}
RELEASES = ("v1", "v2")
REVISIONS = {"v1": "a1f0c3d2e4b5", "v2": "b2f1d4e3a5c6"}
MIGRATIONS = {"v1": ("a1_",), "v2": ("a1_", "b2_")}
BUILD, MIGRATE, UP = "$compose build", "$compose run --rm -T app alembic upgrade head", "$compose up -d -t 1"

DB: dict[str, Any] = {
    "image": "postgres:15",
    "environment": {"POSTGRES_DB": "shop", "POSTGRES_USER": "shop", "POSTGRES_PASSWORD": "${DB_PASSWORD}"},
    "volumes": ["pgdata:/var/lib/postgresql/data"],
    "healthcheck": {
        "test": ["CMD", "pg_isready", "-q", "-h", "127.0.0.1", "-U", "shop"],
        "interval": "1s",
        "retries": 30,
    },
    "restart": "unless-stopped",
}
BACKEND: dict[str, Any] = {
    "build": ".",
    "environment": {
        "DATABASE_URL": "postgresql+psycopg://shop:${DB_PASSWORD}@db/shop",
        "SECRET_KEY": "${SECRET_KEY}",
        "SHALLOW": "${SHALLOW:-}",
    },
    "ports": ["127.0.0.1:${PORT}:8000"],
    "depends_on": {"db": {"condition": "service_healthy"}},
    "restart": "unless-stopped",
}
WORKER = {"build": ".", "command": ["python", "wait.py"], "restart": "unless-stopped"}


@dataclass(frozen=True)
class Moment:
    """What texts of a recipe may name in @...@: the release, and where it is deployed."""

    release: str
    name: str
    port: int

    def fill(self, text: str) -> str:
        """Return the text with these values in it."""
        for word in ("release", "name", "port"):
            text = text.replace(f"@{word}@", str(getattr(self, word)))
        return text


@dataclass(frozen=True)
class Recipe:
    """An ordinary deployment; every field that is set is something in which it differs.

    Texts may name @name@, @port@ and @release@.
    """

    compose: str = ""  # options of the deploy script's compose calls: "-p @name@-live", "--env-file .env.prod"
    project: str = "@name@"  # the project that these make
    file: str = "docker-compose.yml"  # the compose file, in the repository
    below: str = ""  # the folder of the repository that the application is in
    app: Mapping[str, Any] = field(default_factory=dict)  # keys of the backend's service; None leaves one out
    services: Mapping[str, Any] = field(default_factory=dict)  # further services; None leaves one out
    top: Mapping[str, Any] = field(default_factory=dict)  # further keys at the compose file's top
    tracked: Mapping[str, str | None] = field(default_factory=dict)  # further files of the repository; None: without it
    released: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # the same, by the release that has them
    untracked: Mapping[str, str] = field(default_factory=dict)  # files that the deploy script leaves in the checkout
    values: Mapping[str, str] = field(default_factory=dict)  # further values, beside the passwords
    env_file: str = ".env"  # the untracked file that holds the values; "": the deploy script exports them
    deploy: tuple[str, ...] = (BUILD, MIGRATE, UP)  # the deploy script; $compose, $release and $name are set
    database: str = "shop"  # its name
    table: str = "alembic_version"  # Alembic's, in it
    psql: str = ""  # how psql is run as the owner, where the database is in no service
    ask: str = ""  # how the application is asked, where not by plain http://127.0.0.1:@port@/health
    settings: Mapping[str, Any] = field(default_factory=dict)  # what hosts.yaml says besides the ordinary

    def repository(self, at: Moment) -> dict[str, str]:
        """Return the files of the repository: path to content."""
        found = {f"{self.below}/{path}".lstrip("/"): text for path, text in _application(at.release).items()}
        found[self.file] = at.fill(yaml.safe_dump(self.model(), sort_keys=False))
        more = {**self.tracked, **self.released.get(at.release, {})}
        return {path: at.fill(text) for path, text in _without_none({**found, **more}).items()}

    def beside(self, at: Moment) -> dict[str, str]:
        """Return the files in the checkout that git does not know."""
        values = {self.env_file: _lines(self.environment(at))} if self.env_file else {}
        return values | {path: at.fill(text) for path, text in self.untracked.items()}

    def environment(self, at: Moment) -> dict[str, str]:
        """Return the values that the compose files want."""
        secrets = {"DB_PASSWORD": f"secret-of-{at.name}", "SECRET_KEY": f"key-of-{at.name}"}
        return {**secrets, "PORT": str(at.port), "NAME": at.name, "TAG": at.release, **self.values}

    def model(self) -> dict[str, Any]:
        """Return the compose file's content."""
        services = {"db": DB, "app": _without_none({**BACKEND, **self.app}), **self.services}
        return {"services": _without_none(services), "volumes": {"pgdata": {}}, **self.top}


def _application(release: str) -> dict[str, str]:
    """Return the application's own files at a release."""
    files = [file for file in APP.rglob("*") if file.is_file() and "__pycache__" not in file.parts]
    kept = [file for file in files if "versions" not in file.parts or file.name.startswith(MIGRATIONS[release])]
    found = {HIDDEN.get(file.name, str(file.relative_to(APP))): file.read_text() for file in kept}
    about = {"release": release, "revision": REVISIONS[release], "works": release == "v1"}
    return found | {"release.json": json.dumps(about)}


def _without_none(mapping: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in mapping.items() if value is not None}


def _lines(values: Mapping[str, str]) -> str:
    return "".join(f"{name}={value}\n" for name, value in values.items())

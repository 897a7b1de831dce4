"""A deployment as data, for tests of what is said about one."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import msgspec

from tasks.config.settings import Environment
from tasks.preflight.checks.examine import Examined
from tasks.preflight.present.state import Response, State
from tasks.tools.alembic.revisions import Graph, Revision
from tasks.tools.compose.compose import Deployment
from tasks.tools.compose.inspect import Container
from tasks.tools.compose.origins import Origin
from tasks.tools.compose.project import Project

HEAD, GOOD = "a" * 40, "b" * 40
NOW = 1_700_000_000.0
LONG_AGO, LATELY = "2023-11-14T20:00:00Z", "2023-11-14T22:12:00Z"

SETTINGS = {
    "hosts": [{"host": "h"}],
    "app": {"path": "app"},
    "compose": {"command": "docker-compose", "grace": 3, "services": {"backend": "api", "database": "db"}},
    "database": {"name": "d", "user": "u", "alembic": {"service": "api"}},
    "health": {"urls": ["http://127.0.0.1:8000/health"]},
}
SERVICES = {"api": {"build": {"context": "/app"}}, "db": {"image": "postgres:15"}}


def environment(**sections: Any) -> Environment:
    """Return the environment, with whole sections replaced; what runs is decided."""
    said = msgspec.convert({**SETTINGS, **sections}, Environment)
    runs = msgspec.structs.asdict(said.compose)
    return msgspec.structs.replace(
        said, compose=Deployment(**{**runs, "project": said.compose.project or "app", "file": said.compose.files})
    )


def connection(**sections: Any) -> SimpleNamespace:
    """Return a connection that knows its environment, and nothing else."""
    return SimpleNamespace(environment=environment(**sections), address="u@h:22")


def container(service: str, **values: Any) -> Container:
    """Return a running container of a service."""
    ordinary = {
        "id": f"id-{service}",
        "name": f"c_{service}",
        "service": service,
        "image": f"image-{service}",
        "image_name": service,
        "status": "running",
        "health": "",
        "started": LONG_AGO,
        "restarts": 0,
        "exit_code": 0,
        "project": "app",
        "restart": "unless-stopped",
    }
    return Container(**{**ordinary, **values})


def state(*containers: Container, **values: Any) -> State:
    """Return the state of a healthy deployment."""
    ordinary = {
        "engine": "20.10",
        "compose": "docker-compose",
        "head": HEAD,
        "subject": "a subject",
        "branch": "main",
        "containers": list(containers or (container("api"), container("db", health="healthy"))),
        "revision": ["two"],
        "responses": [Response("http://127.0.0.1:8000/health", 200)],
    }
    return State(**{**ordinary, **values})


def graph(*ids: str) -> Graph:
    """Return a line of migrations."""
    return Graph.of(Revision(name, (before,) if before else ()) for before, name in zip(("", *ids), ids, strict=False))


def examined(seen: State | None = None, **values: Any) -> Examined:
    """Return what an examination of a healthy deployment finds."""
    seen = seen or state()
    ordinary = {
        "seen": seen,
        "project": Project(name="app", services=SERVICES),
        "database": "db",
        "now": NOW,
        "graph": graph("one", "two"),
        "origins": {k.name: Origin(NOW - 3600, "", []) for k in seen.containers},
    }
    return Examined(**{**ordinary, **values})

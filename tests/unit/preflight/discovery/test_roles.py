"""Which service plays which role, told by how deployments really are."""

from __future__ import annotations

import pytest

from tasks.preflight.discovery import roles
from tasks.tools.compose.projects import Member, Port, Url
from tests.unit.support.discovered import backend, member, server

PAGES = member("web", "nginx:1.27", ports=[Port(80, "127.0.0.1", 80)])
# Containers, services built from the checkout, services with an alembic.ini; backend, frontend and database.
DEPLOYMENTS: dict[str, tuple[list[Member], list[str], list[str], tuple[str, str, str]]] = {
    "by names": ([backend(), PAGES, server()], ["app", "web"], ["app"], ("app", "web", "db")),
    "a backend called web, nginx before it": (
        [backend("web"), member("nginx", "nginx:alpine", ports=[Port(80, "127.0.0.1", 80)]), server("postgres")],
        ["web"],
        ["web"],
        ("web", "nginx", "postgres"),
    ),
    "a worker of the same image": (
        [backend("api"), backend("worker", ports=[]), backend("celery-beat", ports=[]), server()],
        ["api", "worker", "celery-beat"],
        ["api", "worker", "celery-beat"],
        ("api", "", "db"),
    ),
    "a name that says nothing": ([backend("shop"), server()], ["shop"], [], ("shop", "", "db")),
    "images from a registry": (
        [member("core", "ghcr.io/us/core:1"), server("store", "postgis/postgis:16-3.4"), member("redis", "redis:7")],
        [],
        [],
        ("core", "", "store"),
    ),
    "what speaks of a server and is none": (
        [
            backend(),
            server(),
            server("pgbackups", "prodrigestivill/postgres-backup-local:15"),
            member("pgadmin", "x/pgadmin4"),
        ],
        ["app"],
        ["app"],
        ("app", "", "db"),
    ),
    "no database": ([member("app"), member("frontend")], ["app", "frontend"], [], ("app", "frontend", "")),
    "a migration that has ended": (
        [backend("migrate", over=True, ports=[]), backend("server"), server()],
        ["migrate", "server"],
        ["migrate", "server"],
        ("server", "", "db"),
    ),
    "a backend called web, without a word of the database": (
        [member("web", ports=[Port(8000, "127.0.0.1", 8000)]), member("worker"), server("postgres")],
        ["web", "worker"],
        ["web", "worker"],
        ("web", "", "postgres"),
    ),
    "an image of its own for the server": (
        [backend(), member("db", "shop-db", environment={"PGDATA": "/d"}, exposed=[5432])],
        ["app", "db"],
        ["app"],
        ("app", "", "db"),
    ),
    "the server of another application, which has an address, before the backend's": (
        [
            backend("api", urls=[], environment={"PLATFORM_POSTGRES_HOST": "shop-store-1"}),
            backend("engine", ports=[], urls=[Url("e", "engine-db", "", "engine")]),
            server("engine-db"),
            server("store"),
        ],
        ["api"],
        [],
        ("api", "", "store"),
    ),
    "two servers": (
        [backend(), server("analytics-db"), server("db")],
        ["app"],
        ["app"],
        ("app", "", "db"),
    ),
}


@pytest.mark.parametrize(("members", "built", "configured", "played"), DEPLOYMENTS.values(), ids=DEPLOYMENTS)
def test_roles_are_guessed_right(members, built, configured, played):
    found = roles.guess(members, built, configured)
    named = tuple(role.service if role else "" for role in (found.backend, found.frontend, found.database))
    assert named == played
    assert all(role.why for role in (found.backend, found.frontend, found.database) if role)


def test_where_none_stands_out_none_is_guessed():
    found = roles.guess([member("one"), member("two")], [], [])
    assert (found.backend, found.frontend, found.database) == (None, None, None)


def test_the_reason_says_what_was_seen():
    found = roles.guess([backend(), server("db"), server("other")], ["app"], ["app"])
    assert found.backend.why == "its container has an alembic.ini, its name, its environment names the database"
    assert found.database.why == "its image postgres:15 is a PostgreSQL, and the backend names it; also there: other"

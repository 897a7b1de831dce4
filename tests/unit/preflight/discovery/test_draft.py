"""An environment drafted from what a deployment tells."""

from __future__ import annotations

from typing import Any

from tasks.config import writing
from tasks.config.settings import HostSettings
from tasks.preflight.discovery import draft
from tasks.preflight.discovery.addresses import Asked
from tasks.preflight.discovery.roles import Role, Roles
from tasks.preflight.discovery.sources import Sources
from tasks.preflight.discovery.survey import Survey
from tasks.tools.compose.compose import Deployment
from tasks.tools.git.described import Checkout
from tests.unit.support.discovered import backend, member, server

URL = "http://127.0.0.1:9001/health"
REACH = HostSettings(host="203.0.113.7", user="ubuntu")


def survey(**told: Any) -> Survey:
    """What an ordinary deployment tells."""
    from tasks.preflight.discovery import servers

    roles = Roles(backend=Role("app", "a"), database=Role("db", "d"))
    members = [backend(), server(POSTGRES_DB="shop", POSTGRES_USER="ada")]
    ordinary: dict[str, Any] = {
        "members": members,
        "path": "shop",
        "sudo": False,
        "sources": Sources(
            path="/home/ada/shop",
            checkout=Checkout(branch="live", configs=["alembic.ini"]),
            contexts={"app": "."},
            configured=["app"],
        ),
        "deployment": Deployment(project="shop", file=["a.yml", "b.yml"], env_file=".env.prod"),
        "roles": roles,
        "server": servers.guess(roles, members, members),
        "backups": {},
        "asked": [Asked(URL, "app")],
        "codes": {URL: 200},
    }
    return Survey(**{**ordinary, **told})


def said(found: Survey, reach: HostSettings = REACH, name: str = "production") -> dict[str, Any]:
    """What the draft says, by its place."""
    return {".".join(line.place): line.value for line in draft.draft(name, reach, found).lines if not line.open}


def test_all_that_was_found_is_said():
    assert said(survey(sudo=True)) == {
        "hosts": [{"host": "${PRODUCTION_HOST:-203.0.113.7}", "user": "${PRODUCTION_USER:-ubuntu}"}],
        "app.path": "shop",
        "app.branch": "live",
        "compose.project": "shop",
        "compose.file": ["a.yml", "b.yml"],
        "compose.env_file": ".env.prod",
        "compose.sudo": True,
        "compose.services.backend": "app",
        "compose.services.database": "db",
        "database.name": "shop",
        "database.user": "ada",
        "database.backups": "backups",
        "database.alembic.service": "app",
        "database.alembic.config": "alembic.ini",
        "health.urls": [URL],
        "notify": ["${ROLLBACK_NOTIFY_URL:-}"],
    }


def test_it_is_an_environment_that_the_tasks_take(tmp_path):
    bare = survey(server=None, roles=Roles(), deployment=None, codes={}, members=[member("x")])
    for found in (survey(), survey(sudo=True), bare):
        lines = draft.draft("production", REACH, found).lines
        text = writing.place(tmp_path / "hosts.yaml", "production").filled("production", lines)
        writing.meant(tmp_path / "hosts.yaml", text, "production")


def test_what_cannot_be_guessed_is_left_open_where_it_belongs():
    found = survey(server=None, roles=Roles(), deployment=None, codes={})
    open_ = [".".join(line.place) for line in draft.draft("p", REACH, found).lines if line.open]
    assert open_ == ["compose.file", "compose.services", "database", "health"]
    assert all("fill in" in line.why for line in draft.draft("p", REACH, found).lines if line.open)


def test_variables_are_called_after_the_environment_and_only_what_was_said_has_one():
    made = draft.draft("eu-1", HostSettings(host="h", port=2222, key="/k/${x}"), survey())
    assert made.variables == {"EU_1_HOST": "h", "EU_1_PORT": "2222", "ROLLBACK_NOTIFY_URL": ""}
    assert made.lines[0].value == [{"host": "${EU_1_HOST:-h}", "port": "${EU_1_PORT:-2222}", "key": "/k/${x}"}]
    assert "_1_HOST" in draft.draft("1", HostSettings(host="h"), survey()).variables


def test_several_env_files_are_written_as_a_list():
    found = survey(deployment=Deployment(file=["a.yml"], env_file=("a", "b")))
    assert said(found)["compose.env_file"] == ["a", "b"]


def test_what_is_no_checkout_is_said_so():
    sources = Sources(path="/x", checkout=Checkout(problem="dubious ownership"), contexts={}, configured=[])
    line = draft.draft("p", REACH, survey(sources=sources)).lines[1]
    assert "fill in" in line.why and "dubious ownership" in line.why

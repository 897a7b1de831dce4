"""Which host of a fleet runs what, and which fleets make no sense."""

from __future__ import annotations

from typing import Any

import pytest

from tasks.config import host_roles
from tasks.config.settings import Environment, EnvironmentSettings
from tasks.config.validation import InvalidError, convert

SERVICES = {"backend": "app", "frontend": "web", "database": "db"}
DATABASE = {"name": "d", "user": "u", "alembic": {"service": "app"}}
ADDRESSES = ["http://h/", {"url": "http://h/app", "role": "backend"}, {"url": "http://h/web", "role": "frontend"}]


def settings(*roles: str, **more: Any) -> EnvironmentSettings:
    """A fleet whose hosts a, b, ... have these roles, one word each for a host."""
    hosts = [{"host": "abcd"[n], "roles": one.split()} for n, one in enumerate(roles)]
    said = {"hosts": hosts, "app": {"path": "."}, "compose": {"services": SERVICES}, "database": DATABASE}
    return convert({**said, "health": {"urls": ADDRESSES}, **more}, EnvironmentSettings)


def whole(*roles: str, **more: Any) -> Environment:
    from msgspec import structs

    return Environment(**structs.asdict(settings(*roles, **more)))


def seen(environment: Environment, number: int) -> Environment:
    return host_roles.seen_from(environment, environment.hosts[number])


def test_a_host_without_roles_has_all_that_there_is():
    environment = whole("")
    assert seen(environment, 0) is environment and environment.elsewhere == []


def test_a_host_has_the_services_the_addresses_and_the_database_of_its_roles():
    environment = whole("frontend", "backend", "backend database")
    assert [seen(environment, n).elsewhere for n in range(3)] == [["app", "db"], ["web", "db"], ["web"]]
    assert [len(seen(environment, n).health.urls) for n in range(3)] == [2, 2, 2]
    assert [bool(seen(environment, n).database) for n in range(3)] == [False, False, True]


def test_a_service_of_two_roles_runs_where_one_of_them_is():
    same = {"services": {"backend": "app", "frontend": "app", "worker": "jobs"}}
    environment = whole("frontend", "backend worker", compose=same, database=None, health={})
    assert [seen(environment, n).elsewhere for n in range(2)] == [["jobs"], []]


def test_a_database_with_an_address_is_that_of_every_host():
    reached = {**DATABASE, "address": "10.0.0.9"}
    environment = whole(
        "frontend", "backend", compose={"services": {"backend": "app", "frontend": "web"}}, database=reached
    )
    assert all(seen(environment, n).database for n in range(2))
    assert host_roles.primary(environment).host == "b"


def test_the_database_steps_run_where_the_database_is_and_else_on_the_first_host():
    assert host_roles.primary(whole("frontend", "backend", "backend database")).host == "c"
    assert host_roles.primary(whole("")).host == "a"
    assert host_roles.primary(whole("frontend", "backend database", database=None)).host == "a"


@pytest.mark.parametrize(
    ("roles", "problem"),
    [
        (
            ("backend frontend", "database"),
            "b has the database, but not app, whose image moves the schema .* database.address",
        ),
        (("backend database", "backend database", "frontend"), "a, b have the role 'database' .*; allowed: one host"),
        (("backend database", "", "frontend"), "a, b have the role 'database'"),
        (("backend", "frontend"), "no host has the role 'database'; allowed: each role of compose.services"),
        (("backend database",), "no host has the role 'frontend'"),
        (("backend database", "web"), "a role of compose.services: backend, frontend, database"),
    ],
)
def test_a_fleet_that_cannot_be_is_refused_in_a_line(roles, problem):
    with pytest.raises(InvalidError, match=problem):
        host_roles.check(settings(*roles))


def test_an_address_is_of_a_role_that_there_is():
    with pytest.raises(InvalidError, match="a role of compose.services") as caught:
        host_roles.check(settings("", health={"urls": [{"url": "http://h", "role": "web"}]}))
    assert caught.value.place == ("health", "urls", 0, "role")


def test_a_database_alone_is_fine_where_no_schema_is_moved():
    host_roles.check(settings("backend frontend", "database", database={"name": "d", "user": "u"}))
    host_roles.check(settings("", ""))
    host_roles.check(settings("backend database", "frontend", "backend"))
    held = {"compose": {"services": {"backend": "app"}}, "database": {**DATABASE, "container": "pg"}, "health": {}}
    host_roles.check(settings("backend database", "backend", **held))


def test_roles_that_are_variables_count_where_they_are_used():
    host_roles.check(settings("${ROLES}", "nonsense"))

"""Which database it is, by the environment of its server and of the application."""

from __future__ import annotations

import pytest
from msgspec import structs

from tasks.preflight.discovery import servers
from tasks.preflight.discovery.roles import Role, Roles
from tasks.tools.compose.projects import Url
from tests.unit.support.discovered import backend, member, server

OWN = Roles(backend=Role("app", ""), database=Role("db", ""))
OTHER = Roles(backend=Role("app", ""))
INSIDE = [
    (server(POSTGRES_DB="shop", POSTGRES_USER="ada"), backend(), ("shop", "ada")),
    (server(POSTGRES_USER="ada"), backend(urls=[]), ("ada", "ada")),
    (server(), backend(urls=[]), ("postgres", "postgres")),
    (server(POSTGRESQL_DATABASE="shop", POSTGRESQL_USERNAME="eve"), backend(urls=[]), ("shop", "eve")),
    (server(POSTGRES_DB="postgres", POSTGRES_USER="root"), backend(), ("shop", "root")),
    (server(POSTGRES_DB="main"), backend(urls=[Url("ada", "elsewhere", "", "cache")]), ("main", "postgres")),
]


@pytest.mark.parametrize(("database", "application", "known"), INSIDE)
def test_a_server_of_the_project_tells_name_and_login(database, application, known):
    found = servers.guess(OWN, [application, database], [])
    assert found.settings() == dict(zip(("name", "user"), known, strict=True))
    assert all(line.why for line in found.lines)


def at(url: Url, **told):
    """What is known of a database that the application has at an address."""
    other = structs.replace(server("pg"), project="infra", name="infra-pg-1")
    return servers.guess(OTHER, [backend(urls=[url], **told)], [other])


def test_a_server_of_another_project_is_named_by_its_container():
    assert at(Url("ada", "pg", "5432", "shop")).settings() == {"name": "shop", "user": "ada", "container": "infra-pg-1"}


def test_a_server_elsewhere_has_an_address_and_what_is_to_be_filled_in():
    found = at(Url("ada", "db.example.org", "5433", "shop"))
    assert found.settings() == {"name": "shop", "user": "ada", "address": "db.example.org:5433"}
    assert [line.place[-1] for line in found.lines if line.open] == ["client", "password_variable"]


@pytest.mark.parametrize("host", ["localhost", "host.docker.internal", "172.17.0.1"])
def test_a_server_on_the_host_itself_is_named_as_the_host_reaches_it(host):
    assert at(Url("ada", host, "", "shop")).settings()["address"] == "127.0.0.1"
    assert at(Url("ada", "far", "", "shop"), hosts={"far": "host-gateway"}).settings()["address"] == "127.0.0.1"
    assert at(Url("ada", "far", "", "shop"), hosts={"far": "10.0.0.9"}).settings()["address"] == "10.0.0.9"


def test_an_application_that_names_it_in_pieces_is_understood():
    told = {"DB_HOST": "pg", "DB_NAME": "shop", "DB_USER": "ada"}
    found = servers.guess(OTHER, [backend(urls=[], environment=told)], [])
    assert found.settings() == {"name": "shop", "user": "ada", "address": "pg"}


PIECES = [
    {"PLATFORM_POSTGRES_HOST": "x.store", "PLATFORM_POSTGRES_USER": "ada", "PLATFORM_POSTGRES_DBNAME": "live"},
    {"APP__DB__HOST": "store-1", "APP__DB__NAME": "live", "CACHE_RESULT_DB_NAME": "cache"},
    {"SHOP_DB_HOST": "shop-db-1", "SHOP_DB_BASE": "live"},
    {"DATABASE_HOSTNAME": "db", "DATABASE_NAME": "live"},
    {"POSTGRES_ENDPOINT": "db", "POSTGRES_DB": "live"},
]


@pytest.mark.parametrize("told", PIECES)
def test_variables_may_have_a_name_before_them_and_the_server_any_of_its_names(told):
    own = structs.replace(server(POSTGRES_DB="postgres"), aliases=["store-1", "x.store"])
    found = servers.guess(OWN, [backend(urls=[], environment=told), own, backend("other")], [])
    assert found.settings()["name"] == "live"


def test_where_there_is_none_it_is_said_what_there_is():
    assert servers.guess(OTHER, [backend(urls=[])], []) is None
    assert servers.guess(OTHER, [backend(urls=[Url("ada", "", "", "")])], []) is None
    assert servers.missing([member("db", "mysql:8")]) == "only PostgreSQL is handled, not db (mysql:8)"
    assert servers.missing([backend()]) == "no PostgreSQL was seen"

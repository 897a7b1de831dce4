"""Which database it is: guessed from the environment of its server and of the application."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

from ...config.writing import Line
from ...tools.compose.projects import Member, Url
from .roles import OTHER_SERVERS, Role, Roles, is_server

NAMES = ("POSTGRES_DB", "POSTGRESQL_DATABASE", "PGDATABASE")
LOGINS = ("POSTGRES_USER", "POSTGRESQL_USERNAME", "POSTGRESQL_USER", "PGUSER")
APPLICATION = {  # how the variables end that say the same to applications, where they have no address of one piece
    "database": ("DB", "DBNAME", "NAME", "DATABASE", "BASE"),
    "user": ("USER", "USERNAME"),
    "host": ("HOST", "SERVER", "HOSTNAME", "ENDPOINT"),
    "port": ("PORT",),
}
VARIABLE = re.compile(r"(?:.*_)?(?:POSTGRES|POSTGRESQL|PG|DB|DATABASE)_*(?P<what>[A-Z]+)")
HERE = ("localhost", "127.0.0.1", "::1", "host-gateway", "host.docker.internal", "172.17.0.1")


class Server(Struct, frozen=True):
    """A database, and the lines of the section that say so."""

    lines: list[Line]

    def settings(self) -> dict[str, str]:
        """Return what is known, by its key."""
        return {line.place[-1]: line.value for line in self.lines if not line.open}


def guess(roles: Roles, members: Sequence[Member], everybody: Sequence[Member]) -> Server | None:
    """Return the database of a project; `everybody` are the containers of all projects. None: there is none."""
    application = _application(roles.backend, members)
    if roles.database:
        server = next(one for one in members if one.service == roles.database.service)
        return _inside(server, application)
    return _elsewhere(application, members, everybody) if application and application.host else None


def missing(members: Sequence[Member]) -> str:
    """Return why there is no database."""
    others = [f"{one.service} ({one.image})" for one in members if OTHER_SERVERS.search(one.kind)]
    return f"only PostgreSQL is handled, not {', '.join(others)}" if others else "no PostgreSQL was seen"


def _application(backend: Role | None, members: Sequence[Member]) -> Url | None:
    """Return where the backend, or another service, has its database."""
    first = sorted(members, key=lambda one: not backend or one.service != backend.service)
    return next((url for one in first for url in (*one.urls, *_in_pieces(one))), None)


def _in_pieces(member: Member) -> list[Url]:
    """Return the address that a container's variables make up, if they name a host."""
    told = {key: _said(member, ends) for key, ends in APPLICATION.items()}
    return [Url(**told)] if told["host"] else []


def _said(member: Member, ends: Sequence[str]) -> str:
    """Return the value of the variable that ends so; of several that of the first ending, and the shortest name."""
    found = [(VARIABLE.fullmatch(name), value) for name, value in member.environment.items()]
    known = [(ends.index(one["what"]), len(one[0]), value) for one, value in found if one and one["what"] in ends]
    return min(known)[2] if known else ""


def _first(member: Member, names: Sequence[str]) -> tuple[str, str]:
    """Return the first of the variables that a container has, and its name."""
    return next(((member.environment[name], name) for name in names if member.environment.get(name)), ("", ""))


def _inside(server: Member, application: Url | None) -> Server:
    user, login = _first(server, LOGINS)
    name, said = _first(server, NAMES)
    asked = application.database if application and application.host in server.names else ""
    why_user = f"{login} of {server.service}" if user else "the image's own login, since no variable names one"
    user = user or "postgres"
    why = "the application's database address" if asked and asked != name else f"{said} of {server.service}"
    if not asked and not name:
        why = "called as its login, since no variable names it"
    name = asked or name or user
    return Server([_line("name", name, why), _line("user", user, why_user)])


def _elsewhere(url: Url, members: Sequence[Member], everybody: Sequence[Member]) -> Server | None:
    """Return the database that no service of the project runs: another project's, or at an address."""
    if not url.database:
        return None
    told = "the application's database address"
    user = url.user or "postgres"
    lines = [_line("name", url.database, told), _line("user", user, told)]
    other = next((one for one in everybody if is_server(one) and url.host in one.names), None)
    if other:
        return Server([*lines, _line("container", other.name, f"{told}: of {other.project}")])
    seen = next((one.hosts[url.host] for one in members if url.host in one.hosts), url.host)
    place = "127.0.0.1" if seen in HERE else seen
    address = f"{place}:{url.port}" if url.port else place
    why = told if place == url.host else f"{told}: {url.host}, seen from the host"
    return Server([*lines, _line("address", address, why), *_to_fill_in()])


def _to_fill_in() -> list[Line]:
    return [
        _line(
            "client", "postgres:17", "fill in, unless the host itself has psql: an image of the server's version", True
        ),
        _line(
            "password_variable", "DB_PASSWORD", "fill in: the variable of the env file that holds the password", True
        ),
    ]


def _line(key: str, value: str, why: str, open: bool = False) -> Line:
    return Line(("database", key), value, why, open)

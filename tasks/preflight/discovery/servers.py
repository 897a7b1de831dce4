"""Which database it is: guessed from the environment of its server and of the application."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from ...config.writing import Line
from ...tools.compose.projects import Member, Url
from .roles import OTHER_SERVERS, Role, Roles, is_server

NAMES = ("POSTGRES_DB", "POSTGRESQL_DATABASE", "PGDATABASE")
LOGINS = ("POSTGRES_USER", "POSTGRESQL_USERNAME", "POSTGRESQL_USER", "PGUSER")
APPLICATION = {  # what applications call the same, where they have no address of one piece
    "database": ("POSTGRES_DB", "DB_NAME", "DB_DATABASE", "DATABASE_NAME", "PGDATABASE"),
    "user": ("POSTGRES_USER", "DB_USER", "DB_USERNAME", "DATABASE_USER", "PGUSER"),
    "host": ("POSTGRES_HOST", "POSTGRES_SERVER", "DB_HOST", "DATABASE_HOST", "PGHOST"),
    "port": ("POSTGRES_PORT", "DB_PORT", "DATABASE_PORT", "PGPORT"),
}
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
    if url := next((url for one in first for url in one.urls), None):
        return url
    for one in first[:1] if backend else []:
        told = {key: _first(one, names)[0] for key, names in APPLICATION.items()}
        return Url(**told) if told["host"] else None
    return None


def _first(member: Member, names: Sequence[str]) -> tuple[str, str]:
    """Return the first of the variables that a container has, and its name."""
    return next(((member.environment[name], name) for name in names if member.environment.get(name)), ("", ""))


def _inside(server: Member, application: Url | None) -> Server:
    user, login = _first(server, LOGINS)
    name, said = _first(server, NAMES)
    asked = application.database if application and application.host == server.service else ""
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
    other = next((one for one in everybody if is_server(one) and url.host in (one.name, one.service)), None)
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

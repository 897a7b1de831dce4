"""Where migrations are: guessed from the Alembic configurations of the checkout and of the containers."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Mapping, Sequence

from ...config.writing import Line
from .roles import Roles
from .sources import Sources

USUAL = ("public", "alembic_version")


def guess(
    told: Sources, roles: Roles, tables: Sequence[tuple[str, str]] = (), inside: Mapping[str, str] | None = None
) -> list[Line]:
    """Return the lines of `database.alembic`; paths of the checkout are from the application's folder.

    `tables` are those of the database that can be Alembic's, schema and name; `inside` is where `elsewhere` was found.
    """
    service, why = _service(roles, told.configured)
    ini, config = _configs(told, service)
    if not service or not config:
        where = f"only {', '.join(told.configured)} has it, in its container" if told.configured else "none was seen"
        example = {"service": service or "SERVICE", "config": "alembic.ini"}
        return [_line((), example, f"fill in, if there is Alembic: {where}, and no alembic.ini in the checkout", True)]
    others = ", ".join(one for one in told.checkout.configs if one != config)
    found = f"git has it; also there: {others}" if others else "git has it"
    said = found if ini else "the script folder, since git has no alembic.ini"
    command = _command(told, service, config, (inside or {}).get(service, ""))
    return [_line(("service",), service, why), _line(("config",), config, said), *command, *_table(tables)]


def elsewhere(told: Sources, roles: Roles) -> tuple[str, list[str]]:
    """Return the service whose container has no alembic.ini where its programs begin, and below that where it may."""
    service, _ = _service(roles, told.configured)
    folders = _configs(told, service)[0].split("/")[:-1]
    ways = ["/".join([*folders[start:], "alembic.ini"]) for start in range(len(folders))]
    return (service, ways) if ways and service not in told.configured else ("", [])


def _configs(told: Sources, service: str) -> tuple[str, str]:
    """Return the alembic.ini of a service, if there is one; and that, else its script folder."""
    context = told.contexts.get(service, "")
    ini = _nearest(told.checkout.configs, context)
    return ini, ini or _nearest(told.checkout.scripts, context)


def _command(told: Sources, service: str, config: str, inside: str) -> list[Line]:
    """Return the line that says how Alembic is called, where `alembic` alone does not do."""
    folder = posixpath.dirname(config)
    if folder in told.checkout.flask:
        return [_line(("command",), "flask db", f"{folder}/env.py stands on Flask-Migrate")]
    sections = told.checkout.sections.get(config, [])
    named = sections if not {"alembic", "DEFAULT"} & set(sections) else []
    seen = service in told.configured or config not in told.checkout.configs
    words = ["alembic", *([] if seen else ["-c", inside or config]), *(["-n", named[0]] if named else [])]
    place = f"{service} has it there" if inside else f"fill in: where {service} has its alembic.ini"
    section = f"of its sections {', '.join(named)} the first" if len(named) > 1 else "its section"
    why = "; ".join([*([] if seen else [place]), *([section] if named else [])])
    return [_line(("command",), " ".join(words), why, not seen and not inside)] if why else []


def _table(tables: Sequence[tuple[str, str]]) -> list[Line]:
    """Return the lines that say which table is Alembic's, where it is not the usual one."""
    if not tables or USUAL in tables:
        return []
    several = ", ".join(".".join(one) for one in tables) if len(tables) > 1 else ""
    why = f"fill in: the database has {several}" if several else "the database has it there"
    named = zip(("schema", "table"), tables[0], USUAL, strict=True)
    return [_line((key,), value, why, bool(several)) for key, value, usual in named if several or value != usual]


def _service(roles: Roles, configured: Collection[str]) -> tuple[str, str]:
    backend = roles.backend.service if roles.backend else ""
    if backend in configured or not configured:
        return backend, "its container has an alembic.ini" if backend in configured else "the backend"
    return min(configured), "its container has an alembic.ini, the backend's has none"


def _nearest(paths: Sequence[str], context: str) -> str:
    """Return the path that lies in the folder a service is built from, else the shortest."""
    inside = [path for path in paths if not path.startswith("../")]
    return min(inside, key=lambda one: (not one.startswith(f"{context}/"), one.count("/"), one), default="")


def _line(place: tuple[str, ...], value: object, why: str, open: bool = False) -> Line:
    return Line(("database", "alembic", *place), value, why, open)

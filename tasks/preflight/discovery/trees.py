"""Where migrations are: guessed from the Alembic configurations of the checkout and of the containers."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Mapping, Sequence

from ...config.writing import Line
from ...tools.git.described import Checkout
from .roles import Roles


def guess(checkout: Checkout, roles: Roles, configured: Collection[str], contexts: Mapping[str, str]) -> list[Line]:
    """Return the lines of `database.alembic`; paths of the checkout are from the application's folder.

    `contexts` are the folders that services are built from, as far as they lie in it.
    """
    service, why = _service(roles, configured)
    ini = _nearest(checkout.configs, contexts.get(service, ""))
    config = ini or _nearest(checkout.scripts, contexts.get(service, ""))
    if not service or not config:
        where = f"only {', '.join(sorted(configured))} has it, in its container" if configured else "none was seen"
        example = {"service": service or "SERVICE", "config": "alembic.ini"}
        return [_line((), example, f"fill in, if there is Alembic: {where}, and no alembic.ini in the checkout", True)]
    others = ", ".join(one for one in checkout.configs if one != config)
    found = f"git has it; also there: {others}" if others else "git has it"
    told = found if ini else "the script folder, since git has no alembic.ini"
    flask = posixpath.dirname(config) in checkout.flask
    command = [_line(("command",), "flask db", f"{posixpath.dirname(config)}/env.py stands on Flask-Migrate")]
    return [_line(("service",), service, why), _line(("config",), config, told), *(command if flask else [])]


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

"""A copy of the stack beside the real one, from kept images and a backup: made, looked at, and removed again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from ...config.settings import Address, Environment
from ...console.commands import HOSTS_FILE
from ...console.errors import Refused
from ...ssh import scripts
from ...ssh.probe import Probe, single
from ..compose import answering, parts
from ..compose.compose import pairs
from ..compose.compose import variables as compose_variables
from ..compose.images import Target
from ..http.fetch import SEPARATOR
from ..postgres.changes import Restore
from ..postgres.psql import Database
from . import rows
from .migrate import change_variables, goals, prefix
from .schema_change import SchemaChange

NAME = re.compile(r"[A-Za-z0-9_.-]*[A-Za-z][A-Za-z0-9_.-]*")  # an address has no letters, or it has colons
PATIENCE = 60  # seconds that the copy of an interrupted drill has to be removed


class Stack(Struct, frozen=True, kw_only=True):
    """What is started: the services of `commit`, as `wanted` describes it, each from an image of these `images`.

    `asked` are the addresses that lead to one of them: its service, and the port inside.
    """

    commit: str
    wanted: Target
    images: dict[str, str]
    asked: dict[Address, tuple[str, int]]


def asked(addresses: Sequence[Address], services: Mapping[str, Mapping[str, Any]]) -> dict[Address, tuple[str, int]]:
    """Return which of `services`, as compose describes them, answers each address, and by which port inside."""
    leads = {
        published: (name, int(place.partition("/")[0]))
        for name, service in services.items()
        for place, where in parts.ports(service.get("ports") or []).items()
        for published in (one.rpartition(":")[2] for one in where.split(", "))
    }
    found = {one: leads.get(str(answering.port(one))) for one in addresses}
    return {one: to for one, to in found.items() if to}


def call(
    environment: Environment, live: Database, wanted: Restore, stack: Stack, change: SchemaChange | None, image: str
) -> str:
    """Return the call that restores a backup on a server of its own, starts the stack on it, and removes all again.

    `change` is the way from the backup's schema down to the one that the release needs, made by `image`; None: it is
    there. It prints `PART NAME STATE SECONDS FOUND` (tab-separated).
    """
    told = {**_schema(environment, change, image), **live.variables(), **wanted.variables(live), **_started(stack)}
    called = names(live, [stack.wanted.files.services[name] for name in stack.images])
    more = {"FULL": "1", "TIMEOUT": str(environment.health.timeout), "CALLED": " ".join(called)}
    return scripts.call("tools/alembic/beside.sh", *(goals(change) if change else []), **told, **more)


def ended(environment: Environment, run: str) -> Probe[list[str]]:
    """Return the probe of what is left of the copy of an interrupted drill, once it had time to be removed."""
    told = {**compose_variables(environment), "RUN": run, "PATIENCE": str(PATIENCE)}
    return single(scripts.call("tools/alembic/end-copy.sh", **told), lambda answer: answer.out.split())


def names(live: Database, services: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return what `services` may call a database that runs elsewhere: its own name, and those they have for addresses.

    Raises Refused where there is no name that a server of the copy could have.
    """
    if not live.host:
        return []
    if not live.client:
        raise Refused(
            f"the copy needs a server of its own: database.client in {HOSTS_FILE} names an image of PostgreSQL."
        )
    own = [live.host] if NAME.fullmatch(live.host) else []
    found = dict.fromkeys([*own, *(name for one in services for name in _hosts(one.get("extra_hosts") or []))])
    if not found:
        raise Refused(
            f"no name can stand for {live.host}, where the database is: database.address in {HOSTS_FILE} has to be "
            "the name that the application calls it by."
        )
    return list(found)


def _hosts(said: Mapping[str, Any] | Sequence[str]) -> list[str]:
    return [re.split("[:=]", one, maxsplit=1)[0] for one in said]


def _schema(environment: Environment, change: SchemaChange | None, image: str) -> dict[str, str]:
    if change:
        return change_variables(environment, image, change)
    known = rows.variables(environment, environment.database) if environment.database else {}
    return {**known, "CONTAINERS": prefix(environment), "ALEMBIC_SERVICE": "", "HEADS": ""}


def _started(stack: Stack) -> dict[str, str]:
    return {
        "COMMIT": stack.commit,
        "CHOSEN": _chosen(stack),
        "STARTED": pairs(stack.images),
        "ASKED": "\n".join(_line(one, *to) for one, to in stack.asked.items()),
    }


def _chosen(stack: Stack) -> str:
    """Return a compose file that names the images, and has each service answer to the names that it has otherwise.

    Those as well that are not started: compose accepts no service without an image, and the copy builds none.
    """
    files = stack.wanted.files
    version = {"version": stack.wanted.version} if stack.wanted.version else {}
    services = {
        name: {
            "image": stack.images.get(name) or files.image(name) or name,
            "networks": {"default": {"aliases": _names(service)}},
        }
        for name, service in files.services.items()
    }
    return json.dumps({**version, "services": services})


def _names(service: Mapping[str, Any]) -> list[str]:
    networks = service.get("networks")
    several = networks.values() if isinstance(networks, Mapping) else ()
    own = [service["container_name"]] if service.get("container_name") else []
    return [*own, *(alias for one in several for alias in (one or {}).get("aliases") or ())]


def _line(address: Address, service: str, port: int) -> str:
    said = urlsplit(address.url)
    login, at, netloc = said.netloc.rpartition("@")
    # No certificate is of an address inside.
    insecure = "insecure" if address.insecure or said.scheme == "https" else ""
    asked = (f"{said.scheme}://{login}{at}", service, str(port), answering.path(address), address.host or netloc)
    return SEPARATOR.join((str(address.status), *asked, insecure, address.contains))

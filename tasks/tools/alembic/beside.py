"""A copy of the stack beside the real one, from kept images and a backup: made, looked at, and removed again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from ...config.settings import Address, Environment
from ...ssh import scripts
from ..compose import parts
from ..compose.compose import pairs
from ..compose.images import Target
from ..http.fetch import SEPARATOR
from ..postgres.changes import Restore
from ..postgres.psql import Database
from . import rows
from .migrate import change_variables, goals, prefix
from .schema_change import SchemaChange

DEFAULTS = {"http": 80, "https": 443}


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
    found = {one: leads.get(str(_port(one))) for one in addresses}
    return {one: to for one, to in found.items() if to}


def _port(address: Address) -> int:
    said = urlsplit(address.url)
    return said.port or DEFAULTS[said.scheme]


def call(
    environment: Environment, live: Database, wanted: Restore, stack: Stack, change: SchemaChange | None, image: str
) -> str:
    """Return the call that restores a backup on a server of its own, starts the stack on it, and removes all again.

    `change` is the way from the backup's schema down to the one that the release needs, made by `image`; None: it is
    there. It prints `PART NAME STATE SECONDS FOUND` (tab-separated).
    """
    return scripts.call(
        "tools/alembic/beside.sh",
        *(goals(change) if change else []),
        **{
            **_schema(environment, change, image),
            **live.variables(),
            **wanted.variables(live),
            "FULL": "1",
            "COMMIT": stack.commit,
            "CHOSEN": _chosen(stack),
            "STARTED": pairs(stack.images),
            "ASKED": "\n".join(_line(one, *to) for one, to in stack.asked.items()),
            "TIMEOUT": str(environment.health.timeout),
        },
    )


def _schema(environment: Environment, change: SchemaChange | None, image: str) -> dict[str, str]:
    if change:
        return change_variables(environment, image, change)
    known = rows.variables(environment, environment.database) if environment.database else {}
    return {**known, "CONTAINERS": prefix(environment), "ALEMBIC_SERVICE": "", "HEADS": ""}


def _chosen(stack: Stack) -> str:
    """Return a compose file that names the images, and has each service answer to the names that it has otherwise."""
    version = {"version": stack.wanted.version} if stack.wanted.version else {}
    services = {
        name: {"image": image, "networks": {"default": {"aliases": _names(stack.wanted.files.services[name])}}}
        for name, image in stack.images.items()
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
    path = (said.path or "/") + (f"?{said.query}" if said.query else "")
    insecure = (
        "insecure" if address.insecure or said.scheme == "https" else ""
    )  # no certificate is of an address inside
    begins = f"{said.scheme}://{login}{at}"
    fields = (str(address.status), begins, service, str(port), path, address.host or netloc, insecure, address.contains)
    return SEPARATOR.join(fields)

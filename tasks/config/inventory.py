"""The environments of hosts.yaml, checked as a whole before anything connects."""

from __future__ import annotations

import os
import re
from pathlib import Path

from ..console.errors import Refused
from ..console.text import nearest
from . import hostsfile, validation, variables
from .environment import Reader
from .hostsfile import locate
from .settings import Environment, Inventory

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")

__all__ = ["default_name", "load", "locate", "names"]


def default_name() -> str:
    """Return the environment used without `-H`: ROLLBACK_ENV, else `default`, else the only one."""
    path, inventory = _read()
    if name := os.environ.get("ROLLBACK_ENV"):
        return _known(path, inventory, name, "ROLLBACK_ENV: ")
    if inventory.default or len(inventory.environments) == 1:
        return inventory.default or next(iter(inventory.environments))
    raise Refused(f"{path.name}: default: found nothing; allowed: {', '.join(inventory.environments)}.")


def names() -> list[str]:
    """Return the names of all environments."""
    return list(_read()[1].environments)


def load(name: str, hosts: bool = True) -> Environment:
    """Return environment `name` of a file that is valid as a whole.

    A variable that is set nowhere counts only in this environment; without `hosts`, not in its hosts.
    Raises Refused, with file, key, what was found and what is allowed.
    """
    path, inventory = _read()
    _known(path, inventory, name)
    values = variables.read(path.parent)
    for other, raw in inventory.environments.items():
        if other != name:
            Reader(path, other, raw, values, lenient=raw).read()
    lenient = () if hosts else ("hosts",)
    return Reader(path, name, inventory.environments[name], values, lenient).read()


def _read() -> tuple[Path, Inventory]:
    path = locate()
    raw = hostsfile.read(path)
    try:
        inventory = validation.convert(raw, Inventory)
    except validation.InvalidError as invalid:
        raise Refused(validation.sentence(path, (), invalid, raw)) from None
    for name in inventory.environments:
        if not NAME.fullmatch(name):
            raise Refused(
                f"{path.name}: environments: found the name {name!r}; allowed: letters, digits, '.', '_' and '-'."
            )
    if inventory.default is not None:
        _known(path, inventory, inventory.default, "default: ")
    return path, inventory


def _known(path: Path, inventory: Inventory, name: str, where: str = "") -> str:
    if name in inventory.environments:
        return name
    hint = nearest(name, list(inventory.environments))
    raise Refused(f"{path.name}: {where}found {name!r}{hint}; allowed: {', '.join(inventory.environments)}.")

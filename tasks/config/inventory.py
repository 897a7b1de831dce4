"""The environments of hosts.yaml, checked as a whole before anything connects."""

from __future__ import annotations

import os
import re
from collections.abc import Container
from pathlib import Path
from typing import Any, NamedTuple

from ..console.commands import speak_of
from ..console.errors import Refused
from ..console.text import nearest
from . import hostsfile, validation, variables
from .environment import Reader
from .hostsfile import locate as locate
from .settings import Environment, Inventory

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
PRODUCTION = re.compile(r"prod(uction)?|live", re.IGNORECASE)


class Said(NamedTuple):
    """What stands under the name of an environment, and the file that says it."""

    file: Path
    raw: Any


class Known(NamedTuple):
    """All environments by name, and the one that is meant without a name; `file` is the hosts.yaml that errors name."""

    file: Path
    environments: dict[str, Said]
    default: str | None

    def reader(self, name: str, lenient: Container[str] = ()) -> Reader:
        """Return what reads environment `name`; in its sections named in `lenient`, variables may be set nowhere."""
        file, raw = self.environments[name]
        return Reader(file, name, raw, variables.read(file.parent), lenient)


def default_name() -> str:
    """Return the environment used without `-H`: ROLLBACK_ENV, else `default`, else the only one."""
    found = read()
    if name := os.environ.get("ROLLBACK_ENV"):
        return _known(found, name, "ROLLBACK_ENV: ")
    if name := _first(found):
        return name
    raise Refused(f"{found.file.name}: default: found nothing; allowed: {', '.join(found.environments)}.")


def is_production(name: str) -> bool:
    """Return whether environment `name` is called so, or is what the files say is meant without a name."""
    return bool(PRODUCTION.fullmatch(name)) or name == _first(read())


def _first(found: Known) -> str:
    return found.default or (next(iter(found.environments)) if len(found.environments) == 1 else "")


def names() -> list[str]:
    """Return the names of all environments."""
    return list(read().environments)


def file_of(name: str) -> Path:
    """Return the file that an environment stands in; hosts.yaml for one that stands in none."""
    found = read()
    return found.environments[name].file if name in found.environments else found.file


def load(name: str, hosts: bool = True) -> Environment:
    """Return environment `name` of a file that is valid as a whole.

    A variable that is set nowhere counts only in this environment; without `hosts`, not in its hosts.
    Raises Refused, with file, key, what was found and what is allowed.
    """
    found = read()
    _known(found, name)
    for other in found.environments:
        if other != name:
            found.reader(other, lenient=found.environments[other].raw).read()
    speak_of(found.environments[name].file.name)
    return found.reader(name, lenient=() if hosts else ("hosts",)).read()


def read() -> Known:
    """Return the environments of the files in use, those of hosts.local.yaml before others of the same name."""
    known = [check(path, hostsfile.read(path)) for path in hostsfile.in_use()]
    default = next((one.default for one in reversed(known) if one.default is not None), None)
    whole = Known(known[0].file, {name: said for one in known for name, said in one.environments.items()}, default)
    if default is not None:
        _known(whole, default, "default: ")
    return whole


def check(path: Path, raw: Any) -> Known:
    """Return what the file `path` says, where `raw` stands in it; raise Refused for what cannot be meant."""
    try:
        inventory = validation.convert(raw, Inventory)
    except validation.InvalidError as invalid:
        raise Refused(validation.sentence(path, (), invalid, raw)) from None
    for name in inventory.environments:
        if not NAME.fullmatch(name):
            raise Refused(
                f"{path.name}: environments: found the name {name!r}; allowed: letters, digits, '.', '_' and '-'."
            )
    return Known(path, {name: Said(path, said) for name, said in inventory.environments.items()}, inventory.default)


def _known(found: Known, name: str, where: str = "") -> str:
    if name in found.environments:
        return name
    hint = nearest(name, list(found.environments))
    raise Refused(f"{found.file.name}: {where}found {name!r}{hint}; allowed: {', '.join(found.environments)}.")

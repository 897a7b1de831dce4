"""hosts.yaml: found, read, completed from the environment and `.env`, and checked as a whole."""

from __future__ import annotations

import difflib
import os
import re
from pathlib import Path
from typing import Any

import msgspec

from .errors import Refused
from .settings import Environment, Inventory

VARIABLE = re.compile(r"\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>[^}]*))?\}")
AT = re.compile(r" - at `\$?(?P<path>[^`]*)`$")
UNKNOWN = re.compile(r"unknown field `(?P<key>[^`]*)`")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


class UnsetError(Exception):
    """A `${NAME}` without default whose variable is set nowhere."""


def locate() -> Path:
    """Return the hosts.yaml in use: ROLLBACK_HOSTS_FILE, else the nearest one above this folder."""
    if named := os.environ.get("ROLLBACK_HOSTS_FILE"):
        return Path(named).expanduser().absolute()
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "hosts.yaml").is_file():
            return folder / "hosts.yaml"
    raise Refused(f"No hosts.yaml in {here} or above it; ROLLBACK_HOSTS_FILE can name one.")


def default_name(path: Path | None = None) -> str:
    """Return the environment used without `-H`: ROLLBACK_ENV, else `default`, else the only one."""
    path = path or locate()
    inventory = _inventory(path, _read(path))
    if name := os.environ.get("ROLLBACK_ENV") or inventory.default:
        return name
    if len(inventory.environments) == 1:
        return next(iter(inventory.environments))
    raise Refused(f"{path.name}: default: missing; name one of {_names(inventory)}.")


def names(path: Path | None = None) -> list[str]:
    """Return the names of all environments."""
    path = path or locate()
    return list(_inventory(path, _read(path)).environments)


def load(name: str, path: Path | None = None) -> Environment:
    """Return environment `name` of a file that is valid as a whole.

    Raises Refused, with file, key, what was found and what is allowed.
    """
    path = path or locate()
    inventory = _inventory(path, _read(path))
    if name not in inventory.environments:
        hint = _nearest(name, list(inventory.environments))
        raise Refused(f"{path.name}: no environment {name!r}{hint}; there are {_names(inventory)}.")
    variables = _variables(path.parent)
    for other in inventory.environments:
        if other != name:
            _environment(path, inventory, other, variables, lenient=True)
    return _environment(path, inventory, name, variables, lenient=False)


def _read(path: Path) -> Any:
    import yaml

    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Refused(f"{path}: cannot be read: {error.strerror}.") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Refused(f"{path.name}: is not YAML: {' '.join(str(error).split())}") from None


def _inventory(path: Path, raw: Any) -> Inventory:
    inventory = _convert(path, raw, raw, Inventory, at="")
    for name in inventory.environments:
        if not NAME.fullmatch(str(name)):
            raise Refused(
                f"{path.name}: environments: found the name {name!r}; allowed are letters, digits, '.', '_' and '-'."
            )
    if inventory.default is not None and inventory.default not in inventory.environments:
        raise Refused(f"{path.name}: default: found {inventory.default!r}; allowed: {_names(inventory)}.")
    return inventory


def _environment(path: Path, inventory: Inventory, name: str, variables: dict[str, str], lenient: bool) -> Environment:
    raw = inventory.environments[name]
    at = f"environments.{name}"
    values = _expand(path, raw, variables, at, lenient)
    environment = _convert(path, raw, values, Environment, at, lenient)
    if environment is None:
        return None
    return msgspec.structs.replace(environment, name=name, notify=[n for n in environment.notify if n])


def _variables(folder: Path) -> dict[str, str]:
    from dotenv import dotenv_values

    from_file = {k: v for k, v in dotenv_values(folder / ".env").items() if v is not None}
    return {**from_file, **os.environ}


def _expand(path: Path, value: Any, variables: dict[str, str], at: str, lenient: bool) -> Any:
    if isinstance(value, dict):
        return {k: _expand(path, v, variables, f"{at}.{k}", lenient) for k, v in value.items()}
    if isinstance(value, list):
        return [_expand(path, v, variables, f"{at}[{i}]", lenient) for i, v in enumerate(value)]
    if not isinstance(value, str):
        return value
    try:
        return VARIABLE.sub(lambda match: _value(match, variables), value)
    except UnsetError as unset:
        if lenient:
            return value
        raise Refused(_unset(path, at, str(unset))) from None


def _value(match: re.Match, variables: dict[str, str]) -> str:
    if found := variables.get(match["name"]):
        return found
    if match["default"] is None:
        raise UnsetError(match["name"])
    return match["default"]


def _unset(path: Path, at: str, variable: str) -> str:
    return (
        f"{path.name}: {at}: the variable {variable} is not set. "
        f"Set it in {path.parent / '.env'} (see .env.example)"
        " or, to try without a host of your own: make sandbox && fab -H sandbox status"
    )


def _convert(path: Path, raw: Any, value: Any, kind: type, at: str, lenient: bool = False) -> Any:
    try:
        return msgspec.convert(value, kind, strict=False)
    except msgspec.ValidationError as error:
        place, problem = _split(str(error))
        found = _dig(raw, place)
        if lenient and isinstance(found, str) and VARIABLE.search(found):
            return None
        raise Refused(_explain(path, at + place, problem, found, kind, place)) from None


def _split(message: str) -> tuple[str, str]:
    match = AT.search(message)
    return (match["path"], message[: match.start()]) if match else ("", message)


def _dig(raw: Any, place: str) -> Any:
    for key, index in re.findall(r"\.([^.\[]+)|\[(\d+)\]", place):
        try:
            raw = raw[int(index)] if index else raw[key]
        except (KeyError, IndexError, TypeError):
            return None
    return raw


def _explain(path: Path, at: str, problem: str, found: Any, kind: type, place: str) -> str:
    where = f"{path.name}: {at.lstrip('.') or 'the file'}"
    if unknown := UNKNOWN.search(problem):
        allowed = list(_fields(kind, place))
        hint = _nearest(unknown["key"], allowed)
        return f"{where}: unknown key {unknown['key']!r}{hint}; allowed: {', '.join(allowed)}."
    if "missing required field" in problem:
        return f"{where}: {problem[0].lower()}{problem[1:].replace('Object', '')}."
    return f"{where}: found {found!r}; {problem[0].lower()}{problem[1:]}."


def _fields(kind: Any, place: str) -> tuple[str, ...]:
    for key, _index in re.findall(r"\.([^.\[]+)|\[(\d+)\]", place):
        if key:
            kind = _section(msgspec.structs.fields(kind), key)
    return tuple(f for f in kind.__struct_fields__ if f != "name" or kind is not Environment)


def _section(fields: tuple, key: str) -> Any:
    declared = next(f.type for f in fields if f.name == key)
    return _struct(declared)


def _struct(declared: Any) -> Any:
    if hasattr(declared, "__struct_fields__"):
        return declared
    inner = (_struct(argument) for argument in getattr(declared, "__args__", ()))
    return next((found for found in inner if found is not None), None)


def _nearest(word: str, words: list[str]) -> str:
    close = difflib.get_close_matches(str(word), words, n=1, cutoff=0.5)
    return f", did you mean {close[0]!r}?" if close else ""


def _names(inventory: Inventory) -> str:
    return ", ".join(inventory.environments)

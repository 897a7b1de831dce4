"""Alembic's options as a commit has them, from alembic.ini and pyproject.toml."""

from __future__ import annotations

import configparser
import posixpath
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .answers import UndecidedError
from .git_objects import Snapshot

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

CHECKOUT = "/<checkout>"
"""Stands for the top folder of the repository in what `%(here)s` becomes."""

SEPARATORS = {"space": " ", "newline": "\n", "os": ":", ":": ":", ";": ";"}
UNREADABLE = ("recursive_version_locations", "sourceless")


@dataclass(frozen=True)
class Configuration:
    """Where migrations are, as `path` says it; `script_location` is empty where it says nothing of it."""

    path: str
    script_location: str
    version_locations: list[str]


def configuration(snapshot: Snapshot, config: str) -> Configuration:
    """Return the configuration of a commit whose hosts.yaml names `config`.

    The options of an ini come before those of a pyproject.toml. Raises UndecidedError where there is none, or where
    the files cannot be read as Alembic reads them.
    """
    there = [path for path in _candidates(config) if path in snapshot.entries]
    inis = [path for path in there if not path.endswith(".toml")][:1]
    found = {path: _options(path, _content(snapshot, path)) for path in there}
    used = [*inis, *[path for path in there if path.endswith(".toml") and found[path]][:1]]
    if not used:
        name = posixpath.basename(config)
        others = sorted(path for path in snapshot.entries if path != config and posixpath.basename(path) == name)
        hint = f"; it has {', '.join(others[:3])}" if others else ""
        raise UndecidedError(f"does not configure Alembic in this commit{hint}", config)
    options = {**found[used[-1]], **found[used[0]]}
    path, location = used[0], options.get("script_location") or ""
    if not isinstance(location, str) or any(options.get(name) in ("true", True) for name in UNREADABLE):
        raise UndecidedError(f"script_location, or one of {', '.join(UNREADABLE)}, is not understood", path)
    return Configuration(path, location, _version_locations(options, path))


def _version_locations(options: Mapping[str, Any], path: str) -> list[str]:
    """The folders with migrations, split by Alembic's rules; empty if they are not said."""
    value = options.get("version_locations") or []
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return value
    separator = options.get("path_separator", options.get("version_path_separator"))
    if not isinstance(value, str) or separator not in (None, *SEPARATORS):
        raise UndecidedError("version_locations cannot be split", path)
    if separator is None:
        return re.split(r", *|(?: +)", value)
    return [part.strip() for part in value.split(SEPARATORS[separator]) if part]


def _candidates(config: str) -> list[str]:
    """The files that can configure Alembic: the one in hosts.yaml, and what is read beside it."""
    folder, name = posixpath.split(config)
    ini = posixpath.join(folder, "alembic.ini") if name == "pyproject.toml" else config
    return list(dict.fromkeys([ini, posixpath.join(folder, "pyproject.toml"), "pyproject.toml"]))


def _content(snapshot: Snapshot, path: str) -> str:
    content = snapshot.content(path)
    if content is None:
        raise UndecidedError("is no regular file", path)
    return content.decode("utf-8", "surrogateescape")


def _options(path: str, text: str) -> dict[str, Any]:
    here = {"here": posixpath.join(CHECKOUT, posixpath.dirname(path)).rstrip("/")}
    try:
        return _toml(text, here) if path.endswith(".toml") else _ini(text, here)
    except (configparser.Error, AttributeError, KeyError, TypeError, ValueError) as error:
        raise UndecidedError(f"cannot be read: {str(error).partition(chr(10))[0]}", path) from error


def _ini(text: str, here: dict[str, str]) -> dict[str, str]:
    parser = configparser.ConfigParser(here)
    parser.read_string(text)
    section = parser["alembic"] if parser.has_section("alembic") else {}
    names = ("script_location", "version_locations", "path_separator", "version_path_separator", *UNREADABLE)
    return {name: section[name] for name in names if name in section}


def _toml(text: str, here: dict[str, str]) -> dict[str, Any]:
    if "alembic" not in text:
        return {}
    section = tomllib.loads(text).get("tool", {}).get("alembic", {})
    return {name: _filled(value, here) for name, value in section.items()}


def _filled(value: Any, here: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return value % here
    return [_filled(item, here) for item in value] if isinstance(value, list) else value

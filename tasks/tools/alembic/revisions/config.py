"""Alembic's options as a commit has them, from alembic.ini and pyproject.toml."""

from __future__ import annotations

import configparser
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .answers import UndecidedError
from .script import config_paths
from .stream import Snapshot

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    tomllib = None

CHECKOUT = "/<checkout>"
"""Stands for the top folder of the repository in what `%(here)s` becomes."""

_SEPARATORS = {"space": " ", "newline": "\n", "os": ":", ":": ":", ";": ";"}


@dataclass(frozen=True)
class Options:
    """The options of the ini's `[alembic]`, and of `[tool.alembic]` where the ini has none."""

    path: str
    ini: Mapping[str, str]
    toml: Mapping[str, Any]

    def text(self, name: str) -> str | None:
        """Return an option that is one string, None if it is not set."""
        value = self.ini.get(name, self.toml.get(name))
        if value is not None and not isinstance(value, str):
            raise UndecidedError(f"{name} is not a string", self.path)
        return value

    def flag(self, name: str) -> bool:
        """Return an option that is true or false; only the exact `true` is true in an ini."""
        return self.ini[name] == "true" if name in self.ini else self.toml.get(name) is True

    def locations(self) -> list[str]:
        """Return version_locations, split by Alembic's rules; empty if it is not set."""
        text = self.ini.get("version_locations")
        if text:
            return self._split(text)
        value = self.toml.get("version_locations") or []
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise UndecidedError("version_locations is not a list of strings", self.path)
        return value

    def _split(self, text: str) -> list[str]:
        names = ("path_separator", "version_path_separator")
        name = next((self.ini[name] for name in names if name in self.ini), None)
        if name is None:
            return re.split(r", *|(?: +)", text)
        if name not in _SEPARATORS:
            raise UndecidedError(f"{name!r} is no path separator", self.path)
        return [part.strip() for part in text.split(_SEPARATORS[name]) if part]


def options(snapshot: Snapshot, config: str) -> Options | None:
    """Return the options of a commit, None if it configures no Alembic.

    Raises UndecidedError where the files cannot be read as Alembic reads them.
    """
    paths = [path for path in config_paths(config) if path in snapshot.entries]
    found = {path: _content(snapshot, path) for path in paths}
    inis = {path: found[path] for path in paths if not path.endswith(".toml")}
    tomls = {path: found[path] for path in paths if path.endswith(".toml")}
    ini_path = next(iter(inis), None)
    ini = _ini(ini_path, inis[ini_path]) if ini_path is not None else {}
    toml_path, toml = next(_with_section(tomls), ("", {}))
    return Options(ini_path or toml_path, ini, toml) if ini_path or toml_path else None


def _content(snapshot: Snapshot, path: str) -> str:
    content = snapshot.content(path)
    if content is None:
        raise UndecidedError("is no regular file", path)
    return content.decode("utf-8", "surrogateescape")


def _here(path: str) -> str:
    return posixpath.join(CHECKOUT, posixpath.dirname(path)).rstrip("/")


def _ini(path: str, text: str) -> dict[str, str]:
    parser = configparser.ConfigParser({"here": _here(path)})
    names = ("script_location", "version_locations", "path_separator", "version_path_separator")
    flags = ("recursive_version_locations", "sourceless")
    try:
        parser.read_string(text)
        section = parser["alembic"] if parser.has_section("alembic") else {}
        return {name: section[name] for name in (*names, *flags) if name in section}
    except configparser.Error as error:
        raise UndecidedError(str(error).splitlines()[0], path, getattr(error, "lineno", 0)) from error


def _with_section(files: Mapping[str, str]) -> Any:
    """Yield path and options of each pyproject.toml that has a `[tool.alembic]`."""
    for path, text in files.items():
        if "alembic" in text and (section := _toml(path, text)):
            yield path, section


def _toml(path: str, text: str) -> dict[str, Any]:
    if tomllib is None:
        raise UndecidedError("reading it needs Python 3.11 or newer", path)
    try:
        section = tomllib.loads(text).get("tool", {}).get("alembic", {})
        return {name: _filled(value, {"here": _here(path)}) for name, value in section.items()}
    except (tomllib.TOMLDecodeError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise UndecidedError(f"cannot be read: {error}", path) from error


def _filled(value: Any, here: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return value % here
    if isinstance(value, list):
        return [_filled(item, here) for item in value]
    return value

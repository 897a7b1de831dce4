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


@dataclass(frozen=True)
class Configuration:
    """The options, and the file that they are in first; those of an ini come before those of a pyproject.toml."""

    path: str
    options: Mapping[str, Any]

    @property
    def script_location(self) -> str:
        """The folder with env.py as it is written; empty if it is not said."""
        value = self.options.get("script_location") or ""
        if not isinstance(value, str):
            raise UndecidedError("script_location is not a string", self.path)
        return value

    @property
    def version_locations(self) -> list[str]:
        """The folders with migrations, split by Alembic's rules; empty if they are not said."""
        value = self.options.get("version_locations") or []
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return value
        separators = [self.options[n] for n in ("path_separator", "version_path_separator") if n in self.options]
        if not isinstance(value, str) or separators[0:1] and separators[0] not in SEPARATORS:
            raise UndecidedError("version_locations cannot be split", self.path)
        if not separators:
            return re.split(r", *|(?: +)", value)
        return [part.strip() for part in value.split(SEPARATORS[separators[0]]) if part]

    def flag(self, name: str) -> bool:
        """Return an option that is true or false; only the exact `true` is true in an ini."""
        return self.options.get(name) in ("true", True)


def configuration(snapshot: Snapshot, config: str) -> Configuration | None:
    """Return the configuration of a commit whose hosts.yaml names `config`, None if it configures no Alembic.

    Raises UndecidedError where the files cannot be read as Alembic reads them.
    """
    there = [path for path in _candidates(config) if path in snapshot.entries]
    inis = [path for path in there if not path.endswith(".toml")]
    ini = _ini(inis[0], _content(snapshot, inis[0])) if inis else {}
    tomls = {path: _toml(path, _content(snapshot, path)) for path in there if path.endswith(".toml")}
    used = [*inis[:1], *[path for path, found in tomls.items() if found][:1]]
    return Configuration(used[0], {**tomls.get(used[-1], {}), **ini}) if used else None


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


def _here(path: str) -> dict[str, str]:
    return {"here": posixpath.join(CHECKOUT, posixpath.dirname(path)).rstrip("/")}


def _ini(path: str, text: str) -> dict[str, str]:
    parser = configparser.ConfigParser(_here(path))
    names = "script_location version_locations path_separator version_path_separator"
    flags = "recursive_version_locations sourceless"
    try:
        parser.read_string(text)
        section = parser["alembic"] if parser.has_section("alembic") else {}
        return {name: section[name] for name in f"{names} {flags}".split() if name in section}
    except configparser.Error as error:
        raise UndecidedError(str(error).splitlines()[0], path, getattr(error, "lineno", 0)) from error


def _toml(path: str, text: str) -> dict[str, Any]:
    if "alembic" not in text:
        return {}
    try:
        section = tomllib.loads(text).get("tool", {}).get("alembic", {})
        return {name: _filled(value, _here(path)) for name, value in section.items()}
    except (tomllib.TOMLDecodeError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise UndecidedError(f"cannot be read: {error}", path) from error


def _filled(value: Any, here: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return value % here
    return [_filled(item, here) for item in value] if isinstance(value, list) else value

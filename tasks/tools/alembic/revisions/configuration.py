"""Where a commit keeps its migrations: Alembic's options in alembic.ini and pyproject.toml, as far as text tells."""

from __future__ import annotations

import configparser
import itertools
import posixpath
import re
import sys
from typing import Any

from .answers import UndecidedError
from .git_objects import Snapshot, up_from

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

CHECKOUT = "/<checkout>"
"""Stands for the top folder of the repository in what `%(here)s` becomes."""

MIGRATION = re.compile(r"(?!\.\#|__init__)(.*\.py)$")
SEPARATORS = {"space": " ", "newline": "\n", "os": ":", ":": ":", ";": ";"}
LEFT_TO_ALEMBIC = ("recursive_version_locations", "sourceless")
OPTIONS = ("script_location", "version_locations", "path_separator", "version_path_separator", *LEFT_TO_ALEMBIC)


def migration_paths(snapshot: Snapshot, config: str, section: str = "alembic") -> list[str]:
    """Return the paths of the files that Alembic would load as migrations where hosts.yaml names `config`.

    That is a file, or the script folder of what is configured in Python; `section` is the one of an ini that counts.
    Raises UndecidedError where text alone cannot tell.
    """
    path, options = _configuration(snapshot, config, section)
    try:
        folders = _version_folders(snapshot, posixpath.dirname(path), options)
    except UndecidedError as undecided:
        raise undecided.at(path) from undecided
    return [
        file
        for folder in dict.fromkeys(folders)
        for file in snapshot.folders.get(folder, ())
        if MIGRATION.match(posixpath.basename(file))
    ]


def _configuration(snapshot: Snapshot, config: str, section: str) -> tuple[str, dict[str, Any]]:
    """The file that configures Alembic, and its options; those of an ini come before those of the pyproject.toml."""
    if config in snapshot.folders:
        inside = posixpath.join(config, "alembic.ini")
        if inside not in snapshot.files:
            return posixpath.join(config, "env.py"), {}
        config = inside
    folder, name = posixpath.split(config)
    toml = posixpath.join(folder, "pyproject.toml")
    ini = posixpath.join(folder, "alembic.ini") if config == toml else config
    found = {
        path: _options(snapshot, path, section) for path in (toml, ini) if path in (*snapshot.files, *snapshot.links)
    }
    if ini not in found and not found.get(toml):
        others = sorted(path for path in snapshot.files if path != config and posixpath.basename(path) == name)
        hint = f"; it has {', '.join(others[:3])}" if others else ""
        raise UndecidedError(f"does not configure Alembic in this commit{hint}", config)
    return (ini if ini in found else toml), {**found.get(toml, {}), **found.get(ini, {})}


def _options(snapshot: Snapshot, path: str, section: str) -> dict[str, Any]:
    content = snapshot.content(path)
    if content is None:
        raise UndecidedError("is no regular file", path)
    here = posixpath.join(CHECKOUT, posixpath.dirname(path)).rstrip("/")
    text = content.decode("utf-8", "surrogateescape")
    try:
        return _toml(text, here) if path.endswith(".toml") else _ini(text, here, section)
    except (configparser.Error, AttributeError, KeyError, TypeError, ValueError) as error:
        raise UndecidedError(f"cannot be read: {str(error).partition(chr(10))[0]}", path) from error


def _ini(text: str, here: str, section: str) -> dict[str, str]:
    """The options of a section of an ini; under `others`, which sections have a script_location."""
    parser = configparser.ConfigParser({"here": here})
    parser.read_string(text)
    said = parser[section] if parser.has_section(section) else {}
    others = [name for name in parser.sections() if "script_location" in parser[name]]
    return {name: said[name] for name in OPTIONS if name in said} | {"others": ", ".join(others)}


def _toml(text: str, here: str) -> dict[str, Any]:
    section = tomllib.loads(text).get("tool", {}).get("alembic", {}) if "alembic" in text else {}
    return {name: _filled(value, here) for name, value in section.items()}


def _filled(value: Any, here: str) -> Any:
    if isinstance(value, list):
        return [_filled(item, here) for item in value]
    return value % {"here": here} if isinstance(value, str) else value


def _version_folders(snapshot: Snapshot, folder: str, options: dict[str, Any]) -> list[str]:
    """The folders of version_locations, or `versions` in the script location, for a configuration in `folder`.

    A relative location is relative to the working folder, which git does not know: any folder from the
    configuration's up to the top may be it. Without a script location it is the configuration's own folder, as
    Flask-Migrate has it.
    """
    script = options.get("script_location") or f"{CHECKOUT}/{folder}"
    if not options.get("script_location") and (others := options.get("others")):
        raise UndecidedError(f"script_location is only in {others}: database.alembic.command says which by `-n NAME`")
    if not isinstance(script, str) or any(options.get(name) in ("true", True) for name in LEFT_TO_ALEMBIC):
        raise UndecidedError(f"script_location, or one of {', '.join(LEFT_TO_ALEMBIC)}, is not understood")
    meant = [(base, place) for base in up_from(folder) for place in _meant(snapshot, script, [base])]
    holding = [(base, place) for base, place in meant if posixpath.join(place, "env.py") in snapshot.files]
    found = sorted({place for _, place in holding})
    if len(found) != 1:
        raise UndecidedError(f"script_location {script}: env.py found in {_said(found)}")
    bases = [base for base, _ in holding]
    named = [place for value in _version_locations(options) for place in _version_folder(snapshot, value, bases)]
    return named if options.get("version_locations") else _meant(snapshot, "versions", found)


def _version_locations(options: dict[str, Any]) -> list[str]:
    """The values of version_locations, split by Alembic's rules; empty if they are not said."""
    value = options.get("version_locations") or []
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return value
    separator = options.get("path_separator", options.get("version_path_separator"))
    if not isinstance(value, str) or separator not in (None, *SEPARATORS):
        raise UndecidedError("version_locations cannot be split")
    if separator is None:
        return re.split(r", *|(?: +)", value)
    return [part.strip() for part in value.split(SEPARATORS[separator]) if part]


def _version_folder(snapshot: Snapshot, value: str, bases: list[str]) -> list[str]:
    """The one folder that an entry of version_locations names, none if it holds no file."""
    found = [place for place in _meant(snapshot, value, bases) if place in snapshot.folders]
    if len(found) > 1 or (not found and (":" in value or value.startswith("/"))):
        raise UndecidedError(f"version_locations {value}: found in {_said(found)}")
    return found


def _meant(snapshot: Snapshot, value: str, bases: list[str]) -> list[str]:
    """The folders of the repository ('' is its top) that a path, or `package:folder`, may mean."""
    if value == CHECKOUT or value.startswith(f"{CHECKOUT}/"):
        places = [value[len(CHECKOUT) + 1 :]]
    elif value.startswith("/"):
        places = _like(snapshot, value)
    elif ":" in value:
        package, *rest = value.split(":")
        tail = posixpath.normpath(posixpath.join("/", package.replace(".", "/"), *rest))
        places = sorted(folder for folder in snapshot.folders if f"/{folder}".endswith(tail))
    else:
        places = [posixpath.join(base, value) for base in bases]
    inside = [place for place in dict.fromkeys(map(posixpath.normpath, places)) if not place.startswith("..")]
    return [_visible(snapshot, "" if place == "." else place) for place in inside]


def _like(snapshot: Snapshot, value: str) -> list[str]:
    """The folders that a path inside an image may mean: those that end most like it."""
    parts = posixpath.normpath(value).split("/")[::-1]
    alike = {
        folder: sum(1 for _ in itertools.takewhile(bool, map(str.__eq__, parts, folder.split("/")[::-1])))
        for folder in snapshot.folders
    }
    most = max(alike.values(), default=0)
    if not most:
        raise UndecidedError(f"{value} lies outside the repository")
    return sorted(folder for folder, count in alike.items() if count == most)


def _visible(snapshot: Snapshot, folder: str) -> str:
    """The folder; what lies behind a link or in a submodule, or is one among its Python files, is not seen."""
    for link in snapshot.links:
        if link in up_from(folder) or (posixpath.dirname(link) == folder and link.endswith(".py")):
            raise UndecidedError("is a symbolic link or a submodule", link)
    return folder


def _said(folders: list[str]) -> str:
    return ", ".join(folder or "the top folder" for folder in folders) or "no folder"

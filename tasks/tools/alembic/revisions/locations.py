"""Where a commit keeps its migrations: folders in the repository, from Alembic's options."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from .answers import UndecidedError
from .configuration import CHECKOUT, Configuration
from .git_objects import Snapshot

MIGRATION = re.compile(r"(?!\.\#|__init__)(.*\.py)$")


def migration_paths(snapshot: Snapshot, found: Configuration) -> list[str]:
    """Return the paths of the files that Alembic would load as migrations, in its order.

    Raises UndecidedError where git alone cannot tell.
    """
    folders = _version_folders(snapshot, found)
    for folder in folders:
        _refuse_links(snapshot, folder, below=True)
    paths = (path for folder in dict.fromkeys(folders) for path in snapshot.folders.get(folder, ()))
    return [path for path in paths if MIGRATION.match(posixpath.basename(path))]


def _version_folders(snapshot: Snapshot, found: Configuration) -> list[str]:
    """The folders of version_locations, or `versions` in the script location."""
    bases = _ancestors(posixpath.dirname(found.path))
    script = _script_folder(snapshot, found, bases)
    value = found.script_location
    if value and not value.startswith("/") and ":" not in value:
        bases = [base for base in bases if _joined(base, value) == script]
    named = [_version_folder(snapshot, found, item, bases) for item in found.version_locations]
    return [folder for folder in named if folder is not None] if named else [posixpath.join(script, "versions")]


def _script_folder(snapshot: Snapshot, found: Configuration, bases: list[str]) -> str:
    """The folder with env.py.

    A relative one is relative to the working folder, which git does not know: any folder from
    the configuration's up to the top may be it. Without the option it is the configuration's
    own folder, as Flask-Migrate has it.
    """
    value = found.script_location
    folders = _candidates(snapshot, found, value, bases) if value else bases[:1]
    holding = [f for f in folders if posixpath.join(f, "env.py") in snapshot.entries]
    if len(holding) == 1:
        return holding[0]
    said = f"script_location {value}" if value else "no script_location"
    raise UndecidedError(f"{said}: env.py found in {_listed(holding)}", found.path)


def _version_folder(snapshot: Snapshot, found: Configuration, value: str, bases: list[str]) -> str | None:
    """The one folder that an entry of version_locations names, None if it holds no file."""
    folders = _candidates(snapshot, found, value, bases)
    holding = [f for f in folders if any(f in _ancestors(name) for name in snapshot.folders)]
    if len(holding) > 1 or (not holding and ":" in value):
        raise UndecidedError(f"version_locations {value}: found in {_listed(holding)}", found.path)
    return holding[0] if holding else None


def _candidates(snapshot: Snapshot, found: Configuration, value: str, bases: Iterable[str]) -> list[str]:
    """The folders of the repository that the path or `package:folder` may mean."""
    if value == CHECKOUT or value.startswith(CHECKOUT + "/"):
        folders = [_joined("", value[len(CHECKOUT) :].lstrip("/"))]
    elif value.startswith("/"):
        raise UndecidedError(f"{value} lies outside the repository", found.path)
    elif ":" in value:
        package, *rest = value.split(":")
        folders = [*_ending(snapshot, posixpath.join(package.replace(".", "/"), *rest))]
    else:
        folders = [_joined(base, value) for base in bases]
    inside = list(dict.fromkeys(folder for folder in folders if folder is not None))
    for folder in inside:
        _refuse_links(snapshot, folder)
    return inside


def _ending(snapshot: Snapshot, tail: str) -> list[str]:
    """Every folder of the repository whose path ends with `tail`."""
    above = {folder for files in snapshot.folders for folder in _ancestors(files)}
    return sorted(f for f in above if f"/{f}".endswith(f"/{posixpath.normpath(tail)}"))


def _joined(base: str, path: str) -> str | None:
    """The folder inside the repository ('' is its top), None if it lies outside."""
    folder = posixpath.normpath(posixpath.join(base, path))
    return None if folder.startswith("..") else "" if folder == "." else folder


def _ancestors(folder: str) -> list[str]:
    """The folder, its parent and so on up to the top, ''."""
    found = [folder]
    while folder:
        folder = posixpath.dirname(folder)
        found.append(folder)
    return found


def _refuse_links(snapshot: Snapshot, folder: str, *, below: bool = False) -> None:
    """What lies behind a link or in a submodule is not seen from here."""
    for link in snapshot.links:
        if link in _ancestors(folder) or (below and folder in _ancestors(posixpath.dirname(link))):
            raise UndecidedError("is a symbolic link or a submodule", link)


def _listed(folders: list[str]) -> str:
    return ", ".join(folder or "the top folder" for folder in folders) or "no folder"

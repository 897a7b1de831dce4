"""Where a commit keeps its migrations: folders in the repository, from Alembic's options."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator

from .answers import UndecidedError
from .config import CHECKOUT, Options
from .stream import Snapshot

_MIGRATION = re.compile(r"(?!\.\#|__init__)(.*\.py)$")


def migration_paths(snapshot: Snapshot, options: Options) -> list[str]:
    """Return the paths of the files that Alembic would load as migrations, in its order.

    Raises UndecidedError where git alone cannot tell.
    """
    recursive = options.flag("recursive_version_locations")
    paths: dict[str, None] = {}
    for folder in _version_folders(snapshot, options):
        _refuse_link(snapshot, folder)
        _refuse_links_below(snapshot, folder, recursive)
        for path in _files(snapshot, folder, recursive):
            if options.flag("sourceless") and not path.endswith(".py"):
                raise UndecidedError("compiled migrations cannot be read", path)
            if _MIGRATION.match(posixpath.basename(path)):
                paths[path] = None
    return list(paths)


def _version_folders(snapshot: Snapshot, options: Options) -> list[str]:
    """The folders of version_locations, or `versions` in the script location."""
    bases = _ancestors(posixpath.dirname(options.path))
    script, value = _script_folder(snapshot, options, bases)
    locations = options.locations()
    if not locations:
        return [posixpath.join(script, "versions")]
    if value and not value.startswith("/") and ":" not in value:
        bases = [base for base in bases if _joined(base, value) == script]
    found = [_version_folder(snapshot, options, item, bases) for item in locations]
    return [folder for folder in found if folder is not None]


def _script_folder(snapshot: Snapshot, options: Options, bases: list[str]) -> tuple[str, str | None]:
    """The folder with env.py, and the option that names it.

    A relative one is relative to the working folder, which git does not know: any folder from
    the configuration's up to the top may be it. Without the option it is the configuration's
    own folder, as Flask-Migrate has it.
    """
    value = options.text("script_location")
    folders = _candidates(snapshot, options, value, bases) if value else bases[:1]
    for folder in folders:
        _refuse_link(snapshot, folder)
    found = [f for f in folders if posixpath.join(f, "env.py") in snapshot.entries]
    if len(found) == 1:
        return found[0], value
    said = f"script_location {value}" if value else "no script_location"
    raise UndecidedError(f"{said}: env.py found in {_listed(found)}", options.path)


def _version_folder(snapshot: Snapshot, options: Options, value: str, bases: list[str]) -> str | None:
    """The one folder that an entry of version_locations names, None if it holds no file."""
    folders = _candidates(snapshot, options, value, bases)
    for folder in folders:
        _refuse_link(snapshot, folder)
    found = [f for f in folders if any(_files(snapshot, f, recursive=True))]
    if len(found) > 1 or (not found and ":" in value):
        raise UndecidedError(f"version_locations {value}: found in {_listed(found)}", options.path)
    return found[0] if found else None


def _candidates(snapshot: Snapshot, options: Options, value: str, bases: Iterable[str]) -> list[str]:
    """The folders of the repository that the path or `package:folder` may mean."""
    if value == CHECKOUT or value.startswith(CHECKOUT + "/"):
        folders = [_joined("", value[len(CHECKOUT) :].lstrip("/"))]
    elif value.startswith("/"):
        raise UndecidedError(f"{value} lies outside the repository", options.path)
    elif ":" in value:
        package, *rest = value.split(":")
        folders = _ending(snapshot, posixpath.join(package.replace(".", "/"), *rest))
    else:
        folders = [_joined(base, value) for base in bases]
    return list(dict.fromkeys(f for f in folders if f is not None))


def _ending(snapshot: Snapshot, tail: str) -> list[str]:
    """Every folder of the repository whose path ends with `tail`."""
    above = (folder for files in snapshot.folders for folder in _ancestors(files))
    return sorted({f for f in above if f"/{f}".endswith(f"/{posixpath.normpath(tail)}")})


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


def _files(snapshot: Snapshot, folder: str, recursive: bool) -> Iterator[str]:
    if not recursive:
        yield from snapshot.folders.get(folder, ())
        return
    for name in sorted(snapshot.folders):
        below = not folder or name == folder or name.startswith(folder + "/")
        if below and not name.endswith("__pycache__"):
            yield from snapshot.folders[name]


def _refuse_link(snapshot: Snapshot, folder: str) -> None:
    for step in _ancestors(folder):
        if step in snapshot.links:
            raise UndecidedError("is a symbolic link or a submodule", step)


def _refuse_links_below(snapshot: Snapshot, folder: str, recursive: bool) -> None:
    """A migration behind a link, or a submodule among the migrations, is not seen from here."""
    for link in sorted(snapshot.links):
        parent, name = posixpath.split(link)
        below = recursive and folder in _ancestors(parent)
        submodule = below and snapshot.entries[link].mode == "160000"
        if submodule or ((below or parent == folder) and _MIGRATION.match(name)):
            raise UndecidedError("is a symbolic link or a submodule", link)


def _listed(folders: list[str]) -> str:
    return ", ".join(folder or "the top folder" for folder in folders) or "no folder"

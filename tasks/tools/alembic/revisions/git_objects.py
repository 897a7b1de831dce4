"""Migrations as git holds them: what asks a host for those of commits, and what it printed."""

from __future__ import annotations

import base64
import binascii
import gzip
import posixpath
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ....ssh import scripts
from ....ssh.shell import home

LINKS = ("120000", "160000")


class BadOutputError(ValueError):
    """The output is not what the script prints when it runs to its end."""


@dataclass(frozen=True)
class Entry:
    """One path of a commit: its mode as git writes it, and the id of its object."""

    mode: str
    object: str


@dataclass(frozen=True)
class Snapshot:
    """The paths of one commit that matter to Alembic, and the contents that were sent."""

    entries: Mapping[str, Entry]
    blobs: Mapping[str, bytes] = field(repr=False)

    def content(self, path: str) -> bytes | None:
        """Return what the file holds, None if it was not sent or is no regular file."""
        entry = self.entries.get(path)
        return None if entry is None or entry.mode in LINKS else self.blobs.get(entry.object)

    @cached_property
    def links(self) -> list[str]:
        """Symbolic links and submodules: git does not say here what is behind them."""
        return sorted(path for path, entry in self.entries.items() if entry.mode in LINKS)

    @cached_property
    def folders(self) -> dict[str, list[str]]:
        """The Python files of each folder, sorted by name."""
        found: dict[str, list[str]] = {}
        for path in sorted(self.entries):
            if path.endswith(".py"):
                found.setdefault(posixpath.dirname(path), []).append(path)
        return found


def fetch_script(checkout: str, commits: Sequence[str], config: str) -> str:
    """Return the command that prints what `read` needs to know about `commits`.

    Args:
        checkout: the checkout on the host; a relative one lies in the login's home.
        commits: names of commits as git takes them.
        config: the path of alembic.ini (or of the pyproject.toml with `[tool.alembic]`) in the repository.

    Raises:
        ValueError: for a commit or a path that git could take for something else.
    """
    config = posixpath.normpath(config) if config else ""
    if not config or config.startswith(("/", "../")) or "\n" in config:
        raise ValueError(f"{config!r} is not a path inside the repository")
    for commit in commits:
        if not commit or commit.startswith("-") or any(c.isspace() or c in ":\0" for c in commit):
            raise ValueError(f"{commit!r} is not the name of a commit")
    return scripts.call("tools/alembic/read-graphs.sh", *commits, CHECKOUT=home(checkout), CONFIG=config)


def read(output: str) -> dict[str, Snapshot | None]:
    """Return a snapshot by commit, None for one that is not there. Raises BadOutputError if it is incomplete."""
    try:
        unpacked = gzip.decompress(base64.b64decode("".join(output.split()), validate=True))
    except (binascii.Error, OSError, EOFError, zlib.error) as error:
        raise BadOutputError(f"the list of migrations is damaged: {error}") from error
    head, mark, tail = unpacked.partition(b"\0blobs\0")
    if not mark:
        raise BadOutputError("the list of migrations is incomplete")
    records = [record.decode("utf-8", "surrogateescape") for record in head.split(b"\0")]
    return _snapshots(records, _blobs(tail))


def _snapshots(records: list[str], blobs: Mapping[str, bytes]) -> dict[str, Snapshot | None]:
    commits: dict[str, Snapshot | None] = {}
    entries: dict[str, Entry] = {}
    for record in records:
        word, _, rest = record.partition(" ")
        if word == "missing":
            commits[rest] = None
        elif word == "commit":
            entries = {}
            commits[rest] = Snapshot(entries, blobs)
        elif word == "failed":
            raise BadOutputError("git could not list the files of a commit")
        else:
            information, _, path = record.partition("\t")
            mode, _, name = information.split(" ")
            entries[path] = Entry(mode, name)
    return commits


def _blobs(data: bytes) -> dict[str, bytes]:
    """Read `<id> blob <size>` lines, each followed by that many bytes and a newline."""
    found, at = {}, 0
    while at < len(data) - len(b"end"):
        line = data.find(b"\n", at)
        words = data[at:line].split() if line >= 0 else []
        if len(words) != 3 or not words[2].isdigit():
            break
        start, size = line + 1, int(words[2])
        found[words[0].decode("ascii", "replace")] = data[start : start + size]
        at = start + size + 1
    if data[at:] != b"end":
        raise BadOutputError("the contents of the migrations are incomplete")
    return found

"""Migrations as git holds them: what asks a host for those of commits, and what it printed."""

from __future__ import annotations

import base64
import binascii
import gzip
import posixpath
import re
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ....ssh import scripts
from ....ssh.shell import home

LINKS = ("120000", "160000")
HEADER = re.compile(rb"([0-9a-f]+) blob (\d+)\n")


class BadOutputError(ValueError):
    """The output is not what the script prints when it runs to its end."""


@dataclass(frozen=True)
class Snapshot:
    """The paths of one commit that matter to Alembic, and the contents that were sent.

    `files` are the regular ones, with the ids of their objects; `links` symbolic links and submodules: git does not say
    here what is behind them.
    """

    files: Mapping[str, str]
    links: Collection[str]
    blobs: Mapping[str, bytes] = field(repr=False)

    def content(self, path: str) -> bytes | None:
        """Return what the file holds, None if it was not sent or is no regular file."""
        return self.blobs.get(self.files.get(path, ""))

    @cached_property
    def folders(self) -> dict[str, list[str]]:
        """By folder, its Python files, sorted by name; none where only its folders have some."""
        found: dict[str, list[str]] = {}
        for path in sorted(self.files):
            if path.endswith(".py"):
                found.setdefault(posixpath.dirname(path), []).append(path)
        return {above: [] for folder in found for above in up_from(folder)} | found


def up_from(folder: str) -> list[str]:
    """Return the folder, its parent and so on up to the top, ''."""
    found = [folder]
    while found[-1]:
        found.append(posixpath.dirname(found[-1]))
    return found


def fetch_script(checkout: str, commits: Sequence[str], config: str) -> str:
    """Return the command that prints what `read` needs to know about `commits`, whose configuration is `config`.

    Raises ValueError for a commit or a path that git could take for something else.
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
    files: dict[str, str] = {}
    links: list[str] = []
    for record in records:
        word, _, rest = record.partition(" ")
        if word == "failed":
            raise BadOutputError("git could not list the files of a commit")
        if word in ("commit", "missing"):
            files, links = {}, []
            commits[rest] = Snapshot(files, links, blobs) if word == "commit" else None
            continue
        about, _, path = record.partition("\t")
        mode, _, name = about.split(" ")
        if mode in LINKS:
            links.append(path)
        else:
            files[path] = name
    return commits


def _blobs(data: bytes) -> dict[str, bytes]:
    """Read `<id> blob <size>` lines, each followed by that many bytes and a newline."""
    found, at = {}, 0
    while header := HEADER.match(data, at):
        end = header.end() + int(header[2])
        found[header[1].decode()] = data[header.end() : end]
        at = end + 1
    if data[at:] != b"end":
        raise BadOutputError("the contents of the migrations are incomplete")
    return found

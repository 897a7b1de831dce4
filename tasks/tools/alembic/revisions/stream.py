"""Reads what the script of `script.py` printed."""

from __future__ import annotations

import base64
import binascii
import gzip
import posixpath
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from .script import BEGIN, END

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
    def links(self) -> frozenset[str]:
        """Symbolic links and submodules: git does not say here what is behind them."""
        return frozenset(path for path, entry in self.entries.items() if entry.mode in LINKS)

    @cached_property
    def folders(self) -> dict[str, list[str]]:
        """The Python files of each folder, sorted by name."""
        found: dict[str, list[str]] = {}
        for path in sorted(self.entries):
            if path.endswith((".py", ".pyc", ".pyo")):
                found.setdefault(posixpath.dirname(path), []).append(path)
        return found


@dataclass(frozen=True)
class Stream:
    """All that was sent: the configuration asked for, and a snapshot (or None) per commit."""

    config: str
    commits: Mapping[str, Snapshot | None]


def read(output: str) -> Stream:
    """Return what the output holds. Raises BadOutputError if it is incomplete or something else."""
    head, mark, tail = _unpacked(output).partition(b"\0blobs\0")
    if not mark:
        raise BadOutputError("the list of migrations is incomplete")
    records = [record.decode("utf-8", "surrogateescape") for record in head.split(b"\0")]
    return _stream(records, _blobs(tail))


def _unpacked(output: str) -> bytes:
    body = output.partition(BEGIN)[2].partition(END)[0]
    try:
        packed = base64.b64decode("".join(body.split()), validate=True)
        return gzip.decompress(packed) if packed[:2] == b"\x1f\x8b" else packed
    except (binascii.Error, OSError, EOFError, zlib.error) as error:
        raise BadOutputError(f"the list of migrations is damaged: {error}") from error


def _stream(records: list[str], blobs: Mapping[str, bytes]) -> Stream:
    config, commits, entries = "", {}, {}
    for record in records:
        word, _, rest = record.partition(" ")
        if word == "config":
            config = rest
        elif word == "missing":
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
    return Stream(config, commits)


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

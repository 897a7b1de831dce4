"""One thing that will be needed: whether it is there, what was found, and the command that mends it."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

State = Literal["ok", "missing", "doubtful"]


class Need(Struct, frozen=True):
    """`name` is what is needed, `found` what is there of it, `cure` the command to type; empty where all is well."""

    state: State
    found: str
    cure: str = ""
    name: str = ""


def ok(found: str) -> Need:
    """Return that it is there."""
    return Need("ok", found)


def missing(found: str, cure: str) -> Need:
    """Return that a rollback or a restore would be refused, or fail, for want of it."""
    return Need("missing", found, cure)


def doubtful(found: str, cure: str) -> Need:
    """Return that nobody knows whether it will do, or that it will do with a loss."""
    return Need("doubtful", found, cure)

"""The program that runs our tasks: the name under which it has them, and what `-H` named."""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterator
from typing import Any

from fabric.connection import derive_shorthand
from invoke import Collection

from ..console.errors import Refused
from . import completion, first_word, listing, usage

PROGRAMS = ("fabric.main", "invoke.main")  # `fab` and `inv`
_ours: list[Collection] = []


def offer(namespace: Collection) -> Collection:
    """Return `namespace`, whose tasks are found from then on wherever a program has them.

    The program that loads it goes on to read what was typed: what it does not know is refused then.
    """
    _ours[:] = [namespace]
    for program in _programs():
        first_word.take(program)
        usage.refuse_in_a_line(program, functools.partial(_at_the_top, program))
        completion.complete_values(program)
        listing.in_groups(program, functools.partial(_at_the_top, program))
    return namespace


def offered() -> Collection:
    """Return the namespace of our tasks."""
    return _ours[0]


def _at_the_top(program: Any) -> bool:
    return _path(program.collection) == ""


def full_name(task: str) -> str:
    """Return how a task of ours is called in the program that runs: `rollback.undo` where we are mounted so."""
    if not any(task in namespace.task_names for namespace in _ours):
        return task
    collections = (getattr(program, "collection", None) for program in _programs())
    found = (_path(collection) for collection in collections if collection is not None)
    prefix = next((path for path in found if path is not None), "")
    return f"{prefix}{task}"


def _path(collection: Collection) -> str | None:
    """Return the way to our tasks in `collection`: empty, or names that end with a dot; None: it has them not.

    They are known by their bodies: Invoke copies the tasks of a namespace that it loads from a file.
    """
    ours = {id(task.body) for namespace in _ours for task in namespace.tasks.values()}
    if any(id(task.body) in ours for task in collection.tasks.values()):
        return ""
    paths = ((name, _path(below)) for name, below in collection.collections.items())
    return next((f"{name}.{path}" for name, path in paths if path is not None), None)


def check_hosts() -> None:
    """Raise Refused for a `-H` that Fabric would stumble over."""
    for program in _programs():
        for host in (program.core[0].args.hosts.value or "").split(",") if "hosts" in program.core[0].args else ():
            try:
                derive_shorthand(host)
            except ValueError:
                raise Refused(f"-H: {host!r}: the port is not a number; [user@]host[:port] is meant.") from None


def _programs() -> Iterator[Any]:
    """Yield the program that runs, where it is a known one and has read its own options."""
    for name in PROGRAMS:
        program = getattr(sys.modules.get(name), "program", None)
        if getattr(program, "core", None):
            yield program

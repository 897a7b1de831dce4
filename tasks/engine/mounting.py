"""The program that runs our tasks: the name under which it has them, what `-H` named, how a usage error ends."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

from fabric.connection import derive_shorthand
from invoke import Collection, ParseError

from ..console.errors import Refused

PROGRAMS = ("fabric.main", "invoke.main")  # `fab` and `inv`
_ours: list[Collection] = []


def offer(namespace: Collection) -> Collection:
    """Return `namespace`, whose tasks are found from then on wherever a program has them.

    The program that loads it goes on to read the tasks' options: what it does not know is refused then. Invoke has no
    setting for that, and ends as after a failure.
    """
    _ours[:] = [namespace]
    for program in _programs():
        for step in ("parse_tasks", "parse_cleanup"):
            setattr(program, step, _refusing(getattr(program, step)))
    return namespace


def _refusing(parse: Callable[[], None]) -> Callable[[], None]:
    def parse_or_refuse() -> None:
        try:
            parse()
        except ParseError as error:
            raise Refused(str(error)) from None

    return parse_or_refuse


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

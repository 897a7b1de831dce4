"""The tasks in groups, as the runbook has them: what `fab --list` and `fab about` show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from invoke import Collection
from invoke.util import helpline
from msgspec import Struct

PLAYBOOKS = "Playbooks"


class Entry(Struct, frozen=True):
    """A task: its full name, and what it does in a sentence."""

    name: str
    does: str


class Group(Struct, frozen=True):
    """Tasks of one subject, in the order in which they were offered."""

    title: str
    tasks: list[Entry]


def groups(collection: Collection, path: str = "") -> list[Group]:
    """Return all tasks of `collection`, the playbooks first; `path` is what stands before their names."""
    own = [Entry(f"{path}{name}", helpline(task) or "") for name, task in collection.tasks.items()]
    title = (helpline(collection) or path.rstrip(".")).partition(":")[0] if path else PLAYBOOKS
    below = [one for name, sub in collection.collections.items() for one in groups(sub, f"{path}{name}.")]
    return [*([Group(title, own)] if own else []), *below]


def in_groups(program: Any, at_the_top: Callable[[], bool]) -> None:
    """Let `program` list the tasks in groups, where ours are its own, `at_the_top`, and all were asked for.

    Invoke sorts them by name, and has no setting for that.
    """
    otherwise = program.list_tasks

    def list_tasks() -> None:
        if at_the_top() and program.list_format == "flat" and not (program.list_root or program.list_depth):
            show(program)
        else:
            otherwise()

    program.list_tasks = list_tasks


def show(program: Any) -> None:
    """Print the groups, as Invoke prints its columns."""
    found = groups(program.collection)
    width = max(len(entry.name) for group in found for entry in group.tasks)
    for group in found:
        print(f"{group.title}:\n")
        program.print_columns([(entry.name.ljust(width), entry.does) for entry in group.tasks])

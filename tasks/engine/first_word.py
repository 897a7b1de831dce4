"""A task's first word without an option before it: `fab init USER@HOST`, whatever else is typed around it.

Invoke's own positional arguments are required, eat `--help`, and cannot stand behind options.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from invoke import Task


def take(program: Any) -> None:
    """Let `program` take the first word of tasks that have a `first_word` as the option of that name."""
    otherwise = program.parse_tasks

    def parse_tasks() -> None:
        known = {name: program.collection[name] for name in program.collection.task_names}
        program.core.unparsed[:] = named(program.core.unparsed, known)
        otherwise()

    program.parse_tasks = parse_tasks


def named(words: Sequence[str], known: dict[str, Task[Any]]) -> list[str]:
    """Return the words, with the option before the first word of the first such task; `known` are tasks by name."""
    for at, word in enumerate(words):
        option = getattr(known.get(word), "first_word", "")
        if option and (free := _free(words, at + 1, known, _valued(known[word]))):
            return [*words[:free], f"--{option}", *words[free:]]
    return list(words)


def _valued(task: Task[Any]) -> set[str]:
    """Return the options of a task that take a value, as they are typed."""
    return {f"--{str(one.name).replace('_', '-')}" for one in task.get_arguments() if one.takes_value}


def _free(words: Sequence[str], at: int, known: Collection[str], valued: Collection[str]) -> int:
    """Return where the first word stands that is no option, no value of one and no task; 0: there is none."""
    while at < len(words) and words[at].startswith("-"):
        at += 2 if words[at] in valued else 1
    return at if at < len(words) and words[at] not in known else 0

"""Looking at all hosts of an environment at once: it takes as long as the slowest of them, not as all together."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from .shell import Answer

One = TypeVar("One")
Found = TypeVar("Found")


def ask(members: Sequence, questions: Callable[[Any], Mapping[str, str]]) -> list[dict[str, Answer]]:
    """Return the answers of every member to its read-only `questions`."""
    return parallel_map(members, lambda member: member.ask(questions(member)))


def parallel_map(members: Sequence[One], look: Callable[[One], Found]) -> list[Found]:
    """Return what `look` finds of every member, in their order; raise the error of the first that has one.

    It is for what changes nothing: a look that goes on when another one failed, or at Ctrl-C, is abandoned.
    """
    if len(members) == 1:
        return [look(members[0])]
    ends: list[tuple[Found | None, BaseException | None]] = [(None, None)] * len(members)

    def one(number: int) -> None:
        try:
            ends[number] = (look(members[number]), None)
        except BaseException as error:  # to be raised where somebody waits for it
            ends[number] = (None, error)

    threads = [threading.Thread(target=one, args=(number,), daemon=True) for number in range(len(members))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for _found, error in ends:
        if error is not None:
            raise error
    return [found for found, _error in ends]

"""Looking at all hosts of an environment at once: it takes as long as the slowest of them, not as all together."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from .signals import held_back

One = TypeVar("One")
Found = TypeVar("Found")


def parallel_map(members: Sequence[One], look: Callable[[One], Found]) -> list[Found]:
    """Return what `look` finds of every member, in their order; raise the error of the first that has one.

    All are waited for; at Ctrl-C they are abandoned.
    """
    return [look(members[0])] if len(members) == 1 else Parallel(members, look).wait()


class Parallel(Generic[One, Found]):
    """`look` at every member, each in a thread of its own.

    The threads are daemons: a ThreadPoolExecutor would wait for what was abandoned before the process can end.
    """

    def __init__(self, members: Sequence[One], look: Callable[[One], Found]) -> None:
        self._look = look
        self._found: dict[int, Found] = {}
        self._errors: dict[int, BaseException] = {}
        self._over = [threading.Event() for _ in members]  # a thread's join does not survive Ctrl-C
        self._threads = [threading.Thread(target=self._one, args=one, daemon=True) for one in enumerate(members)]

    def _one(self, number: int, member: One) -> None:
        try:
            self._found[number] = self._look(member)
        except BaseException as error:  # to be raised where somebody waits for it
            self._errors[number] = error
        self._over[number].set()

    def wait(self) -> list[Found]:
        """Return what was found, in the order of the members; can be called again after Ctrl-C.

        Raises the error of the first member that has one, once all have ended.
        """
        with held_back():
            for thread in (t for t in self._threads if t.ident is None):
                thread.start()
        for over in self._over:
            while not over.wait(1):  # a signal just before a wait is heard of after it
                pass
        for number in sorted(self._errors):
            raise self._errors[number]
        return [self._found[number] for number in range(len(self._threads))]

"""One step watched on all its hosts at once: it takes as long as on the slowest of them."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from ..ssh.signals import held_back
from . import display, interrupt, job
from .watch import Watch


class Watches:
    """The tries of one step, one a host; `goes_on` while any of them may run there."""

    def __init__(self, watches: Sequence[Watch]) -> None:
        self.watches = watches
        self._over = {watch: threading.Event() for watch in watches}  # a thread's join does not survive Ctrl-C
        self._errors: dict[Watch, BaseException] = {}
        self._ends: dict[Watch, tuple[job.End, list[str]]] = {}

    @property
    def goes_on(self) -> bool:
        """Whether the step may go on on a host without this client."""
        return any(watch.goes_on for watch in self.watches)

    def to_the_end(self) -> list[tuple[job.End, list[str]]]:
        """Return, for each host, how the step ended and the last lines it said; all are waited for.

        Raises the error of the first host that stays away, and KeyboardInterrupt when the operator has enough.
        """
        if len(self.watches) == 1:
            return [self.watches[0].to_the_end()]
        self._wait([threading.Thread(target=self._watch, args=(watch,), daemon=True) for watch in self.watches])
        for error in (self._errors[watch] for watch in self.watches if watch in self._errors):
            raise error
        return [self._ends[watch] for watch in self.watches]

    def _watch(self, watch: Watch) -> None:
        try:
            self._ends[watch] = watch.to_the_end()
        except BaseException as error:  # to be raised where somebody waits for it
            self._errors[watch] = error
        self._over[watch].set()

    def _wait(self, threads: Sequence[threading.Thread]) -> None:
        pressed = None
        while True:
            try:
                if pressed is not None and not self._go_on(pressed):
                    break
                pressed = None
                with held_back():
                    for thread in (t for t in threads if t.ident is None):
                        thread.start()
                for over in self._over.values():
                    while not over.wait(1):  # a signal just before a wait is heard of after it
                        pass
                return
            except KeyboardInterrupt as again:
                pressed = again
        raise pressed

    def _go_on(self, pressed: KeyboardInterrupt) -> bool:
        """Ask what becomes of the step, and return whether to watch it further; else it is heard of no more."""
        wanted = interrupt.decide(pressed)
        if wanted == interrupt.WATCH:
            display.watching(self.watches[0].attempt.step)
            return True
        for watch in self.watches:
            watch.silence()
            if wanted == interrupt.STOP and watch.goes_on:
                watch.stop()
        return False

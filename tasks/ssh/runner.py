"""Runs one command over SSH: waits for the event instead of polling, reads in linear time and bounded memory."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from typing import Any

from fabric.runners import Remote

from ..console.commands import unmarked
from ..console.errors import Failed
from ..console.units import size
from .login import Greeting
from .signals import held_back

CAPTURE_LIMIT = 64_000_000  # bytes of one stream that is captured
CHUNK = 64 * 1024  # bytes
KEPT = 64  # chunks of a stream that is shown as it comes


class Runner(Remote):
    """Fabric's runner without its polling, its quadratic capture and its torn characters."""

    read_chunk_size = CHUNK

    def start(self, *args: Any, **kwargs: Any) -> None:
        """Begin the command; Ctrl-C comes before or after."""
        with held_back():
            super().start(*args, **kwargs)

    def stop(self) -> None:
        """Close what the command needed; Ctrl-C comes before or after."""
        with held_back():
            super().stop()

    def wait(self) -> None:
        """Block until the command has ended or a reader thread has died."""
        while not self.channel.status_event.wait(1):
            if self.has_dead_threads or self.timed_out:
                return

    def send_interrupt(self, interrupt: KeyboardInterrupt) -> None:
        """Leave at the first Ctrl-C: a closed channel ends the readers that would be waited for."""
        with held_back():
            self.channel.close()
        raise interrupt

    def respond(self, buffer_: list[str]) -> None:
        """Keep only the end of a stream that is shown as it comes; of one that is captured, all."""
        if self._shown:
            del buffer_[:-KEPT]

    def read_proc_output(self, reader: Callable[[int], bytes]) -> Iterator[str]:
        """Yield decoded output; raise Failed when a host sends more than can be captured."""
        greeting = Greeting()
        decoder = codecs.getincrementaldecoder(self.encoding)("replace")
        taken = 0
        while data := reader(self.read_chunk_size):
            taken += len(data)
            if taken > CAPTURE_LIMIT and not self._shown:
                self.channel.close()
                raise Failed(f"the host sent more than {size(CAPTURE_LIMIT)} of output; stopped reading")
            yield unmarked(greeting.past(decoder.decode(data)))
        yield unmarked(greeting.rest())

    @property
    def _shown(self) -> bool:
        return "stdout" not in self.opts["hide"]

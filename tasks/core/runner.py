"""Runs one command over SSH: waits for the event instead of polling, reads in linear time and bounded memory."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator

from fabric.runners import Remote

from .errors import Failed

CAPTURE_LIMIT = 64 * 1024 * 1024


class Runner(Remote):
    """Fabric's runner without its polling, its quadratic capture and its torn characters."""

    read_chunk_size = 65536

    def wait(self) -> None:
        """Block until the command has ended or a reader thread has died."""
        while not self.channel.status_event.wait(1):
            if self.has_dead_threads or self.timed_out:
                return

    def respond(self, buffer_: list[str]) -> None:
        """Let watchers see the output; without watchers there is nothing to join."""
        if self.watchers:
            super().respond(buffer_)

    def read_proc_output(self, reader: Callable[[int], bytes]) -> Iterator[str]:
        """Yield decoded output, and stop reading a host that never ends."""
        decoder = codecs.getincrementaldecoder(self.encoding)("replace")
        size = 0
        while data := reader(self.read_chunk_size):
            size += len(data)
            if size > CAPTURE_LIMIT:
                self.channel.close()
                raise Failed(f"The host sent more than {CAPTURE_LIMIT} bytes of output; stopped.")
            yield decoder.decode(data)

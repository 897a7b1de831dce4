"""What broke the release that was left, as far as the logs say that the run kept before it stopped anything."""

from __future__ import annotations

import re

from msgspec import Struct

from ..config.settings import Environment
from ..engine import journal
from ..preflight.checks import errorlog
from ..preflight.checks.errorlog import Noise
from ..ssh import scripts
from ..ssh.probe import Probe, single

GRAVE = re.compile(r"\b(FATAL|CRITICAL|PANIC|EMERG|SEVERE)\b|panic:")  # what an application says that gives up


class Cause(Struct, frozen=True):
    """The last error in a container's log that names a reason."""

    container: str
    said: str

    @property
    def line(self) -> str:
        """What was said, and where."""
        return f"{self.said} (the log of {self.container}, kept before it was stopped)"


class Kept(Struct, frozen=True):
    """What the logs say that a run kept: the cause, and when the first error was written (epoch; 0: unknown)."""

    cause: Cause | None = None
    since: float = 0.0


def probe(environment: Environment, run: str) -> Probe[Kept]:
    """Return the probe of the errors in the logs that `run` kept."""
    command = scripts.call(
        "incident/kept-errors.sh", RUN=journal.folder(environment, run), PATTERN=f"{errorlog.LOUD}|{errorlog.REASON}"
    )
    return single(command, lambda answer: of(errorlog.parse(answer.out)))


def of(kept: list[Noise]) -> Kept:
    """Return what the errors in the logs tell; that an address answers 500 is an error, and no cause."""
    named = [noise for noise in kept if noise.reasoned] or [noise for noise in kept if GRAVE.search(noise.last)]
    first = min((at for noise in kept for at in noise.times if at), default=0.0)
    return Kept(Cause(named[0].container, named[0].last) if named else None, first)

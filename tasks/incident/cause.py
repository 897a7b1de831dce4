"""What broke the release that was left, as far as the logs say that the run kept before it stopped anything."""

from __future__ import annotations

from msgspec import Struct

from ..config.settings import Environment
from ..engine import journal
from ..preflight.checks import errorlog
from ..preflight.checks.errorlog import Noise
from ..ssh import scripts
from ..ssh.probe import Probe, single


class Cause(Struct, frozen=True):
    """The last exception in a container's log; `since`: when the first error was written (epoch; 0: unknown)."""

    container: str
    said: str
    since: float

    @property
    def line(self) -> str:
        """What was said, and where."""
        return f"{self.said} (the log of {self.container}, kept before it was stopped)"


def probe(environment: Environment, run: str) -> Probe[Cause | None]:
    """Return the probe of the exception that the logs end with which `run` kept; None where they hold none."""
    command = scripts.call(
        "incident/kept-errors.sh", RUN=journal.folder(environment, run), PATTERN=f"{errorlog.LOUD}|{errorlog.REASON}"
    )
    return single(command, lambda answer: of(errorlog.parse(answer.out)))


def of(kept: list[Noise]) -> Cause | None:
    """Return the cause that the errors in the logs tell; a bare "500" is no cause."""
    told = [noise for noise in kept if noise.reasoned]
    first = min((at for noise in kept for at in noise.times if at), default=0.0)
    return Cause(told[0].container, told[0].last, first) if told else None

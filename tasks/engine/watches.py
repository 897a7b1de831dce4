"""One step watched on all its hosts at once: it takes as long as on the slowest of them."""

from __future__ import annotations

from collections.abc import Sequence

from ..ssh.parallel import Parallel
from . import display
from .interrupt import Wanted, until_left
from .watch import Ended, Watch


class Watches:
    """The tries of one step, one a host; `goes_on` while any of them may run there."""

    def __init__(self, watches: Sequence[Watch]) -> None:
        self.watches = watches

    @property
    def goes_on(self) -> bool:
        """Whether the step may go on on a host without this client."""
        return any(watch.goes_on for watch in self.watches)

    def to_the_end(self) -> list[Ended]:
        """Return, for each host, how the step ended and the last lines it said; all are waited for.

        Raises the error of the first host that stays away, and KeyboardInterrupt when the operator has enough.
        """
        if len(self.watches) == 1:
            return [self.watches[0].to_the_end()]
        return until_left(Parallel(self.watches, lambda watch: watch.to_the_end()).wait, self._go_on)

    def _go_on(self, wanted: Wanted) -> bool:
        if wanted == "watch":
            display.watching(self.watches[0].attempt.step)
            return True
        for watch in self.watches:
            watch.silence()
            if wanted == "stop" and watch.goes_on:
                watch.stop()
        return False

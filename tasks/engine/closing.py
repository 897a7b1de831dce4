"""What comes after a run, whatever became of it: the steps that close what others opened."""

from __future__ import annotations

import time
from collections.abc import Sequence

from ..console.errors import Failed
from ..ssh.host import Host
from . import display, failure, journal
from .attempts import Attempts


class Closing:
    """The steps of a plan that come after its proof, and after its failure."""

    def __init__(self, attempts: Attempts) -> None:
        self.attempts, self.host, self.plan = attempts, attempts.host, attempts.plan

    def _due(self, *, proven: bool) -> list[int]:
        """Return the numbers of the steps that have to be done after the run, as far as it came."""
        begun = {name for _member, name in self.attempts.begun}
        return [
            number
            for number, step in self.plan.numbered(after=True)
            if (step.closes in begun if step.closes else proven)
        ]

    def close(self, *, proven: bool) -> list[str]:
        """Do what comes after the run; return a line, with the command to type, for each that did not succeed.

        A host on which something was changed, and whose turn is not over, stays as it is: it may not serve.
        """
        waiting = [member for member in self.host.fleet if not self._changed(member)]
        of_turns = [line for number in self._turns() for line in self._done(number, self._open(number, waiting))]
        at_last = [line for number in self._due(proven=proven) for line in self._done(number, self.host.fleet)]
        failed = [*of_turns, *at_last]
        for line in failed:
            journal.note_everywhere(self.host.fleet, self.attempts.folder, "unclosed", why=line.strip()[:500])
        return [*failed, *self._left()]

    def _turns(self) -> list[int]:
        return [n for n, step in self.plan.numbered(after=False) if step.closes]

    def _open(self, number: int, members: Sequence[Host]) -> list[Host]:
        closes = self.plan.steps[number - 1].closes
        return [member for member in members if (member, closes) in self.attempts.opened]

    def _changed(self, member: Host) -> bool:
        """Return whether a step began there that is more than a preparation."""
        changing = (step.name for _n, step in self.plan.numbered(after=False) if not step.preparation)
        return any((member, name) in self.attempts.begun for name in changing)

    def _done(self, number: int, members: Sequence[Host]) -> list[str]:
        if not members:
            return []
        began, name, step = time.monotonic(), self.attempts.name(number), self.plan.steps[number - 1]
        try:
            pairs = self.attempts.of(number, members)
            with display.running(name):
                ends = self.attempts.ended(pairs)
        except (Failed, OSError, EOFError) as error:
            return [failure.unclosed(members[0], step, str(error))]
        both = zip(pairs, ends, strict=True)
        failed = [
            failure.unclosed(member, step, failure.cause(step, end, said))
            for (member, _try), (end, said) in both
            if end.code != 0
        ]
        if not failed:
            display.done(name, time.monotonic() - began)
        return failed

    def _left(self) -> list[str]:
        """Return a line for each host that is still to be brought back from its turn, by another run."""
        return [
            failure.left_open(self.plan, number, member)
            for number in self._turns()
            for member in self._open(number, self.host.fleet)
        ]

    def left_open(self) -> list[str]:
        """Return a line for each of them that is still to come, since the run goes on."""
        at_last = [failure.left_open(self.plan, number) for number in self._due(proven=False)]
        return [*self._left(), *at_last]

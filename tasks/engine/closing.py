"""What comes after a run, whatever became of it: the steps that close what others opened."""

from __future__ import annotations

import time

from ..console.errors import Failed
from . import display, failure, journal
from .attempts import Attempts


class Closing:
    """The steps of a plan that come after its proof, and after its failure."""

    def __init__(self, attempts: Attempts) -> None:
        self.attempts, self.host, self.plan = attempts, attempts.host, attempts.plan

    def _due(self, *, proven: bool) -> list[int]:
        """Return the numbers of the steps that have to be done after the run, as far as it came."""
        return [
            number
            for number, step in self.plan.numbered(after=True)
            if (step.closes in self.attempts.begun if step.closes else proven)
        ]

    def close(self, *, proven: bool) -> list[str]:
        """Do what comes after the run; return a line, with the command to type, for each that did not succeed."""
        failed = [line for number in self._due(proven=proven) for line in self._done(number)]
        for line in failed:
            journal.note_everywhere(self.host.fleet, self.attempts.folder, "unclosed", why=line.strip()[:500])
        return failed

    def _done(self, number: int) -> list[str]:
        began, name, step = time.monotonic(), self.attempts.name(number), self.plan.steps[number - 1]
        try:
            pairs = self.attempts.of(number)
            with display.running(name):
                ends = self.attempts.ended(pairs)
        except (Failed, OSError, EOFError) as error:
            return [failure.unclosed(self.host, step, str(error))]
        both = zip(pairs, ends, strict=True)
        failed = [
            failure.unclosed(member, step, failure.cause(step, end, said))
            for (member, _try), (end, said) in both
            if end.code != 0
        ]
        if not failed:
            display.done(name, time.monotonic() - began)
        return failed

    def left_open(self) -> list[str]:
        """Return a line for each of them that is still to come, since the run goes on."""
        return [failure.left_open(self.plan.steps[number - 1]) for number in self._due(proven=False)]

"""One run of a plan: step after step on every host, watched, journaled, proven; and what it leaves behind."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Mapping, Sequence

from msgspec import Struct

from ..console.errors import Failed, Held, Refused
from ..preflight import health, proof
from ..ssh import paths
from ..ssh.host import Host
from ..ssh.parallel import parallel_map
from . import display, failure, interrupt, job
from . import journal as runs
from .holding import Locks
from .plan import Plan, Step
from .record import Story
from .watch import Watch
from .watches import Watches
from .world import Check


class Outcome(Struct, kw_only=True):
    """What a run did; times in seconds."""

    run: str
    task: str
    purpose: str
    steps: list[dict]
    checks: list[Check]
    recovery: float
    outage: float | None
    back: str


class Execution:
    """One run of a plan, new, or taken up again with the stories its hosts tell of it."""

    def __init__(
        self, host: Host, plan: Plan, locks: Locks, started: float, stories: Mapping[Host, Story] = ()
    ) -> None:
        self.host, self.plan, self.locks, self.started = host, plan, locks, started
        self.stories = dict(stories)
        self.base = paths.state(host.environment)
        self.folder = f"{self.base}/runs/{plan.run}"
        self.done: list[dict] = []
        self.half = any(story.half for story in self.stories.values())
        self.watch: Watches | None = None

    def complete(self) -> Outcome:
        """Run the steps that are not done, then prove the result.

        The locks are given back unless the host is half-done, or a step goes on without this client.
        """
        at = None
        try:
            with interrupt.as_exceptions():
                for number, step in enumerate(self.plan.steps, start=1):
                    at = step
                    self._step(number, step)
                return self._prove()
        except KeyboardInterrupt:
            self._note("interrupted", step=at.name if at else "")
            raise Failed(failure.interrupted(self, at)) from None
        finally:
            if not (self.half or self.goes_on):
                self.locks.release()

    @property
    def goes_on(self) -> bool:
        """Whether a step may go on on a host without this client."""
        return self.watch is not None and self.watch.goes_on

    def _step(self, number: int, step: Step) -> None:
        begun = time.monotonic()
        display.step_begins(number, len(self.plan.steps), step)
        members = self.host.fleet[:1] if step.primary_only else self.host.fleet
        members = [m for m in members if not (m in self.stories and self.stories[m].holds(number))]
        if not members:
            self.done.append({"step": step.name, "seconds": 0.0})
            display.done_before(step)
            return
        self._on(members, [self._try(member, number, step) for member in members])
        seconds = time.monotonic() - begun
        self.done.append({"step": step.name, "seconds": round(seconds, 2)})
        display.step_done(step, seconds)

    def _try(self, member: Host, number: int, step: Step) -> job.Try:
        attempt = self.stories[member].attempt(number) if member in self.stories else 1
        half, after = self._halves(number, step)
        return job.Try(self.folder, self.plan.run, number, step, attempt, half, after)

    def _halves(self, number: int, step: Step) -> tuple[bool | None, bool | None]:
        """Return whether the host is half-done while the step runs, and after it; None: that is not changed."""
        changing = [n for n, s in enumerate(self.plan.steps, start=1) if not s.preparation]
        if step.preparation or len(changing) < 2:
            return None, None
        return True, number != changing[-1]

    def _on(self, members: Sequence[Host], attempts: Sequence[job.Try]) -> None:
        """Run a step on its hosts at once; raise what ends the run where it does not succeed on all of them."""
        first, pairs = attempts[0], list(zip(members, attempts, strict=True))
        if first.half is not None:
            self.half = first.half
        several = len(self.host.fleet) > 1
        self.watch = Watches([Watch(m, self.locks, one, m.address if several else "") for m, one in pairs])
        for (member, attempt), (end, said) in zip(pairs, self.watch.to_the_end(), strict=True):
            self._judge(member, attempt.step, end, said)
        if first.after is not None:
            self.half = first.after

    def _judge(self, member: Host, step: Step, end: job.End, said: list[str]) -> None:
        if end.kind == job.FENCED:
            raise Held(f"{member.address}: somebody took the lock over meanwhile. This run stops here: fab runs.list")
        if end.code != 0:
            self._fail(member, step, failure.cause(step, end, said), said)

    def _fail(self, member: Host, step: Step, why: str, said: list[str]) -> None:
        self._note("failed", step=step.name, why=why[:500], half=self.half)
        if step.preparation and not self.half:
            ways = failure.ways_out(self, why)
            raise Refused(f"{member.address}: {step.title}: {why.rstrip('.')}. The application was not touched.{ways}")
        raise Failed(failure.described(self, member, step, why, said))

    def _note(self, event: str, **fields: object) -> None:
        """Write an entry into the journal of every host that can be reached."""

        def write(member: Host) -> None:
            with contextlib.suppress(Failed, OSError, EOFError, KeyboardInterrupt):
                member.sh(runs.note(self.folder, event, **fields), timeout=20)

        parallel_map(self.host.fleet, write)

    def _prove(self) -> Outcome:
        waited = parallel_map(self.host.fleet, lambda member: proof.wait(member, self.plan.expect))
        seen = parallel_map(self.host.fleet, lambda member: proof.verify(member, self.plan.expect))
        checks: list[Check] = []
        for ready, found in zip(waited, seen, strict=True):
            display.last_words(ready.not_ready)
            checks += [*health.steady(ready.not_ready), *found]
        display.checks(checks)
        if wrong := [c for c in checks if not c.ok]:
            why = "; ".join(f"{c.looked_at}: {c.found}" for c in wrong)
            self._fail(self.host, self.plan.steps[-1], f"not proven: {why}", [])
        outcome = self._outcome(checks, self._outage(waited))
        parallel_map(self.host.fleet, self._finish)
        self.half = False
        display.outcome(self.host, outcome)
        return outcome

    def _finish(self, member: Host) -> None:
        member.sh(runs.finish(self.folder, self.plan))
        if undone := self.plan.undoes:
            member.sh(runs.note(f"{self.base}/runs/{undone}", "undone", by=self.plan.run, half=False), check=False)

    def _outcome(self, checks: list[Check], outage: float | None) -> Outcome:
        return Outcome(
            run=self.plan.run,
            task=self.plan.task,
            purpose=self.plan.purpose,
            steps=self.done,
            checks=checks,
            recovery=round(time.monotonic() - self.started, 2),
            outage=outage,
            back=self.plan.way_back,
        )

    def _outage(self, waited: list[proof.Readiness]) -> float | None:
        """Return the seconds from the first step that stops the application to the last healthy answer.

        None where they are not known, or cannot be right because the host's clock was set meanwhile.
        """
        if not self.plan.expect.healthy or any(s.healthy_at is None for s in waited):
            return None
        begun = self.host.sh(runs.outage_began(self.folder, self.plan), check=False).stdout.strip()
        try:
            seconds = max(s.healthy_at for s in waited) - float(begun)
        except ValueError:
            return None
        longest = math.inf if self.stories else time.monotonic() - self.started
        return round(seconds, 2) if 0 <= seconds <= longest else None

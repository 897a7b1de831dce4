"""One run of a plan: step after step on every host, watched, journaled, proven; and what it leaves behind."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping

from msgspec import Struct

from . import display, failure, interrupt, job, proof, runs, state
from .errors import ConnectionLost, Failed, Held, Refused
from .host import Host
from .hostkeys import UntrustedHostKey
from .lock import Locks
from .plan import Plan, Step
from .story import Story, Told

RECONNECT = 180  # seconds a lost connection is tried again; ROLLBACK_RECONNECT overrides


class Outcome(Struct, kw_only=True):
    """What a run did; times in seconds."""

    run: str
    task: str
    purpose: str
    steps: list[dict]
    checks: list[proof.Check]
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
        self.base = state.folder(host.environment)
        self.folder = f"{self.base}/runs/{plan.run}"
        self.done: list[dict] = []
        self.half = any(story.half for story in self.stories.values())
        self.goes_on = False

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

    def _step(self, number: int, step: Step) -> None:
        begun = time.monotonic()
        display.step_begins(number, len(self.plan.steps), step)
        members = self.host.fleet[:1] if step.primary_only else self.host.fleet
        if all(self._holds(member, number, step) for member in members):
            self.done.append({"step": step.name, "seconds": 0.0})
            display.done_before(step)
            return
        for member in members:
            self._on(member, self._try(member, number, step))
        seconds = time.monotonic() - begun
        self.done.append({"step": step.name, "seconds": round(seconds, 2)})
        display.step_done(step, seconds)

    def _try(self, member: Host, number: int, step: Step) -> job.Try:
        told = self._told(member, number)
        attempt = told.tries + (told.state != "running") if told else 1
        half, after = self._halves(number, step)
        return job.Try(self.folder, self.plan.run, number, step, attempt, half, after)

    def _told(self, member: Host, number: int) -> Told | None:
        return self.stories[member].steps[number - 1] if member in self.stories else None

    def _holds(self, member: Host, number: int, step: Step) -> bool:
        """Return whether a step was done in an earlier session, and no later step has to rely on it still."""
        told = self._told(member, number)
        if told is None or told.state != "done":
            return False
        later = zip(self.plan.steps, self.stories[member].steps, strict=True)
        return not any(s.name in step.until and t.state != "done" for s, t in later)

    def _halves(self, number: int, step: Step) -> tuple[bool | None, bool | None]:
        """Return whether the host is half-done while the step runs, and after it; None: that is not changed."""
        changing = [n for n, s in enumerate(self.plan.steps, start=1) if not s.preparation]
        if step.preparation or len(changing) < 2:
            return None, None
        return True, number != changing[-1]

    def _on(self, member: Host, attempt: job.Try) -> None:
        if attempt.half is not None:
            self.half = attempt.half
        end, said = self._watch(member, attempt)
        if end.code == 0:
            if attempt.after is not None and member is self.host.fleet[-1 if not attempt.step.primary_only else 0]:
                self.half = attempt.after
            return
        if end.kind == job.FENCED:
            raise Held(f"{member.address}: somebody took the lock over meanwhile. This run stops here: fab runs.list")
        self._fail(member, attempt.step, failure.cause(attempt.step, end, said), said)

    def _watch(self, member: Host, attempt: job.Try) -> tuple[job.End, list[str]]:
        """Begin the step, or take it up again, and return its end and the last lines it said."""
        stream, lost, self.goes_on = display.Log(), None, True
        while True:
            try:
                if lost is not None:
                    self._again(member)
                found = self._follow(member, attempt, stream)
                self.goes_on = False
                return found
            except KeyboardInterrupt as pressed:
                self._decide(member, attempt, pressed)
            except (ConnectionLost, OSError, EOFError) as error:
                lost = self._lost(member, attempt, error, lost)

    def _lost(self, member: Host, attempt: job.Try, error: Exception, since: float | None) -> float:
        """Wait a second before the next try to connect, or give up; return when the connection was lost."""
        if since is None:
            display.reconnecting(member)
        patience = float(os.environ.get("ROLLBACK_RECONNECT", RECONNECT))
        if isinstance(error.__cause__, UntrustedHostKey) or (since and time.monotonic() - since > patience):
            raise ConnectionLost(failure.lost(member, attempt.step, error)) from None
        time.sleep(1)
        return since or time.monotonic()

    def _again(self, member: Host) -> None:
        member.close()
        self.locks.of[member].renew()

    def _follow(self, member: Host, attempt: job.Try, stream: display.Log) -> tuple[job.End, list[str]]:
        mark = stream.begin()
        script = job.start(attempt, self.locks.token, mark, stream.lines)
        result = member.sh(script, timeout=None, check=False, out=stream)
        end = job.ended(result.stdout, mark)
        if end is None and result.ok:
            raise ConnectionLost(f"{member.address}: the connection was lost.")
        if end is None or end.kind == job.CUT:
            stream.tail.extend(result.stderr.splitlines())
        return end or job.End(job.CUT), list(stream.tail)

    def _decide(self, member: Host, attempt: job.Try, pressed: KeyboardInterrupt) -> None:
        wanted = interrupt.decide(pressed)
        if wanted == interrupt.WATCH:
            display.watching(attempt.step)
            return
        if wanted == interrupt.STOP:
            display.stopping(attempt.step)
            self.goes_on = not member.sh(job.stop(attempt), timeout=60, check=False).ok
        raise pressed

    def _fail(self, member: Host, step: Step, why: str, said: list[str]) -> None:
        self._note("failed", step=step.name, why=why[:500], half=self.half)
        if step.preparation and not self.half:
            raise Refused(f"{member.address}: {step.title}: {why}. The application was not touched.")
        raise Failed(failure.described(self, member, step, why, said))

    def _note(self, event: str, **fields: object) -> None:
        """Write an entry into the journal of every host that can be reached."""
        for member in self.host.fleet:
            try:
                member.sh(runs.note(self.folder, event, **fields), timeout=20)
            except (Failed, OSError, EOFError, KeyboardInterrupt):
                continue

    def _prove(self) -> Outcome:
        waited = [proof.wait(member, self.plan.expect) for member in self.host.fleet]
        checks: list[proof.Check] = []
        for member, settled in zip(self.host.fleet, waited, strict=True):
            display.last_words(settled.troubles)
            checks += [*proof.unsettled(settled), *proof.verify(member, self.plan.expect)]
        display.checks(checks)
        if wrong := [c for c in checks if not c.ok]:
            why = "; ".join(f"{c.looked_at}: {c.found}" for c in wrong)
            self._fail(self.host, self.plan.steps[-1], f"not proven: {why}", [])
        outcome = self._outcome(checks, self._outage(waited))
        for member in self.host.fleet:
            records = [{**record, **runs.owner(self.plan)} for record in self.plan.records]
            member.sh(runs.finish(self.folder, records, self.base))
            if undone := self.plan.undoes:
                member.sh(runs.note(f"{self.base}/runs/{undone}", "undone", by=self.plan.run, half=False), check=False)
        self.half = False
        display.outcome(self.host, outcome)
        return outcome

    def _outcome(self, checks: list[proof.Check], outage: float | None) -> Outcome:
        return Outcome(
            run=self.plan.run,
            task=self.plan.task,
            purpose=self.plan.purpose,
            steps=self.done,
            checks=checks,
            recovery=round(time.monotonic() - self.started, 2),
            outage=outage,
            back=self.plan.back,
        )

    def _outage(self, waited: list[proof.Settled]) -> float | None:
        """Return the seconds from the first step that stops the application to the last healthy answer."""
        if not self.plan.expect.healthy or any(s.healthy_at is None for s in waited):
            return None
        begun = self.host.sh(runs.outage_began(self.folder, self.plan), check=False).stdout.strip()
        try:
            return round(max(s.healthy_at for s in waited) - float(begun), 2)
        except ValueError:
            return None

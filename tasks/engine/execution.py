"""One run of a plan: step after step on every host, watched, journaled, proven; and what it leaves behind."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Mapping, Sequence
from typing import NoReturn

from msgspec.structs import replace

from ..console import living, terminal
from ..console.errors import Failed, Held, Refused, Stopped
from ..ssh.host import Host
from ..ssh.parallel import parallel_map
from . import display, failure, interrupt, job, journal, record
from .holding import Locks, taken_over
from .plan import Plan, Step, label
from .record import RunRecord
from .watch import Watch, Watches
from .world import Check, Outcome, Proof, World


class Execution:
    """One run of a plan, new, or taken up again with the records that its hosts have of it.

    `started` is when the operator began to wait (time.monotonic()).
    """

    def __init__(
        self,
        world: World,
        host: Host,
        plan: Plan,
        locks: Locks,
        started: float,
        records: Mapping[Host, RunRecord] | None = None,
    ) -> None:
        self.world, self.host, self.plan, self.locks, self.started = world, host, plan, locks, started
        self.records = dict(records or {})
        self.folder = journal.folder(host.environment, plan.run)
        partial = any(record.partially_applied for record in self.records.values())
        self.progress = failure.Progress(world, host, plan, partially_applied=partial)
        self.watch: Watches | None = None
        self.running: bool | None = None  # what the hosts say of it; None: they were not asked

    def complete(self) -> Outcome:
        """Run the steps that are not done, then prove the result.

        The locks are given back unless the run is partially applied, or a step goes on without this client.
        """
        at: Step | None = None
        try:
            with interrupt.as_exceptions():
                for number, step in enumerate(self.plan.steps, start=1):
                    at = step
                    self._step(number, step)
                return self._prove()
        except KeyboardInterrupt:
            self._note("interrupted", step=at.name if at else "")
            self._read_again()
            raise Failed(failure.interrupted(self.progress, at, self.goes_on)) from None
        finally:
            if not (self.progress.partially_applied or self.goes_on):
                self.locks.release()

    @property
    def goes_on(self) -> bool:
        """Whether a step may go on on a host without this client."""
        if self.running is not None:
            return self.running
        return self.watch is not None and self.watch.goes_on

    def _read_again(self) -> None:
        """Take how far the run has come from the journals: a step may have ended while the operator was asked."""
        with contextlib.suppress(Stopped, OSError, EOFError, KeyboardInterrupt):
            records = parallel_map(self.host.fleet, lambda member: record.read(member, self.plan.run))
            self.running = any(known.running for known in records)
            self.progress.done = [{"step": name} for name in record.done(self.plan, records)]
            self.progress.partially_applied = any(known.partially_applied for known in records)

    def _step(self, number: int, step: Step) -> None:
        begun, name = time.monotonic(), f"[{number}/{len(self.plan.steps)}] {step.title}"
        members = self.host.fleet[:1] if step.primary_only else self.host.fleet
        members = tuple(m for m in members if not (m in self.records and self.records[m].holds(number)))
        if members:
            with display.running(name):
                self._on(members, [self._try(member, number, step) for member in members])
        seconds = time.monotonic() - begun if members else 0.0
        self.progress.done.append({"step": step.name, "seconds": round(seconds, 2)})
        display.done(name, seconds if members else None)

    def _try(self, member: Host, number: int, step: Step) -> job.Try:
        attempt = self.records[member].attempt(number) if member in self.records else 1
        partial, after = self._partial(number, step)
        return job.Try(self.folder, self.plan.run, number, step, attempt, partial, after)

    def _partial(self, number: int, step: Step) -> tuple[bool | None, bool | None]:
        """Return whether the run is partially applied while the step runs, and after it; None: as it was."""
        changing = [n for n, s in enumerate(self.plan.steps, start=1) if not s.preparation]
        if step.preparation or len(changing) < 2:
            return None, None
        return True, number != changing[-1]

    def _on(self, members: Sequence[Host], attempts: Sequence[job.Try]) -> None:
        """Run a step on its hosts at once; raise what ends the run where it does not succeed on all of them."""
        first, pairs = attempts[0], list(zip(members, attempts, strict=True))
        if first.partial is not None:
            self.progress.partially_applied = first.partial
        self.watch = self._watches(pairs)
        for (member, attempt), (end, said) in zip(pairs, self.watch.to_the_end(), strict=True):
            self._judge(member, attempt, end, said)
        if first.after is not None:
            self.progress.partially_applied = first.after

    def _watches(self, pairs: list[tuple[Host, job.Try]]) -> Watches:
        several = len(self.host.fleet) > 1
        return Watches([Watch(m, self.locks, one, m.address if several else "") for m, one in pairs])

    def _judge(self, member: Host, attempt: job.Try, end: job.End, said: list[str]) -> None:
        step = attempt.step
        if end.kind == "fenced":
            raise Held(taken_over(member))
        if end.code != 0:
            why = failure.cause(step, end, said)
            self._amend(attempt)
            self._fail(member, step, why, said)

    def _amend(self, failed: job.Try) -> None:
        """Make good what the run did before a step that failed, where that can be: on the primary, then elsewhere."""
        step = failed.step.amends
        if step is None or not self.progress.partially_applied:
            return
        terminal.say(f"[!] {step.title}", style="yellow")
        attempt = replace(failed, step=step, partial=True, after=False)
        if all(self._ends_well(members, attempt) for members in (self.host.fleet[:1], self.host.fleet[1:])):
            self.progress.partially_applied, self.progress.amended = False, step.title

    def _ends_well(self, members: Sequence[Host], attempt: job.Try) -> bool:
        if not members:
            return True
        self.watch = self._watches([(member, attempt) for member in members])
        return all(end.code == 0 for end, _said in self.watch.to_the_end())

    def _fail(self, member: Host, step: Step, why: str, said: list[str]) -> NoReturn:
        amended = {"amended": self.progress.amended} if self.progress.amended else {}
        self._note("failed", step=step.name, why=why[:500], half=self.progress.partially_applied, **amended)
        if step.preparation and not self.progress.partially_applied:
            raise Refused(failure.refused(self.progress, member, step, why))
        raise Failed(failure.described(self.progress, member, step, why, said))

    def _note(self, event: str, **fields: object) -> None:
        """Write an entry into the journal of every host that can be reached."""

        def write(member: Host) -> None:
            with contextlib.suppress(Failed, OSError, EOFError, KeyboardInterrupt):
                member.sh(journal.note(self.folder, event, **fields), timeout=20)

        parallel_map(self.host.fleet, write)

    def _prove(self) -> Outcome:
        proofs = self._proofs()
        if len(self.host.fleet) > 1:  # the first was proven while the slowest was still on its way
            later = self._proofs()
            proofs = [replace(new, healthy_at=old.healthy_at) for old, new in zip(proofs, later, strict=True)]
        for proof in proofs:
            display.last_lines(proof.logs)
        checks = [check for proof in proofs for check in proof.checks]
        display.checks(checks)
        if wrong := [c for c in checks if not c.ok]:
            why = "; ".join(c.line for c in wrong)
            self._fail(self.host, self.plan.steps[-1], f"not proven: {why}", [])
        outcome = self._outcome(checks, self._outage(proofs))
        parallel_map(self.host.fleet, lambda member: self._finish(member, outcome.outage))
        self.progress.partially_applied = False
        display.outcome(outcome)
        return outcome

    def _proofs(self) -> list[Proof]:
        limit = self.host.environment.health.timeout
        with living.waiting("proving that the application is as it should be", limit):
            return parallel_map(self.host.fleet, lambda member: self.world.prove(member, self.plan.expect))

    def _finish(self, member: Host, outage: float | None) -> None:
        member.sh(journal.finish(self.folder, journal.owner(self.plan), outage))
        if undone := self.plan.undoes:
            there = journal.folder(self.host.environment, undone)
            member.sh(journal.note(there, "undone", by=self.plan.run, half=False), check=False)

    def _outcome(self, checks: list[Check], outage: float | None) -> Outcome:
        return Outcome(
            run=self.plan.run,
            task=self.plan.task,
            purpose=self.plan.purpose,
            steps=self.progress.done,
            checks=checks,
            recovery=round(time.monotonic() - self.started, 2),
            outage=outage,
            back=self.plan.way_back,
        )

    def _outage(self, proofs: list[Proof]) -> float | None:
        """Return the seconds from the first step that stops the application to the last healthy answer.

        None where they are not known, or cannot be right because the host's clock was set meanwhile.
        """
        answered = [proof.healthy_at for proof in proofs if proof.healthy_at is not None]
        stopping = next((label(n, s) for n, s in enumerate(self.plan.steps, start=1) if s.outage), None)
        if not self.plan.expect.healthy or stopping is None or len(answered) < len(proofs):
            return None
        began = self.host.ask(journal.began(self.folder, stopping))
        if began is None:
            return None
        seconds = max(answered) - began
        longest = math.inf if self.records else time.monotonic() - self.started
        return round(seconds, 2) if 0 <= seconds <= longest else None

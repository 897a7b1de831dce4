"""One run of a plan: step after step on every host, watched, journaled, proven; and what it leaves behind."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping, Sequence
from typing import NoReturn

from msgspec.structs import replace

from ..console import living, terminal
from ..console.errors import Failed, Held, Refused, Stopped
from ..ssh.host import Host
from ..ssh.parallel import parallel_map
from . import display, failure, here, interrupt, job, journal, measuring, record, uptime
from .holding import Locks, taken_over
from .plan import Plan, Step
from .record import RunRecord
from .watch import Ended, Watch, Watches
from .world import Outcome, Proof, World, outcome_of


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
        self.begun = {step.name for record in self.records.values() for step in record.begun}
        self.running: bool | None = None  # what the hosts say of it; None: they were not asked

    def complete(self) -> Outcome:
        """Run the steps that are not done, then prove the result.

        The locks are given back unless the run is partially applied, or a step goes on without this client.
        """
        at: Step | None = None
        try:
            with interrupt.as_exceptions():
                measuring.begin(self.world, self.host.fleet, self.plan)
                for number, step in self._numbered(after=False):
                    at = step
                    self._step(number, step)
                return self._prove()
        except KeyboardInterrupt:
            journal.note_everywhere(self.host.fleet, self.folder, "interrupted", step=at.name if at else "")
            self._read_again()
            open_ = self._left_open() if self.goes_on else self._close(proven=False)
            raise Failed("\n".join([failure.interrupted(self.progress, at, self.goes_on), *open_])) from None
        finally:
            if not (self.progress.partially_applied or self.goes_on):
                self.locks.release()

    @property
    def goes_on(self) -> bool:
        """Whether a step may go on on a host without this client."""
        if self.running is not None:
            return self.running
        return self.watch is not None and self.watch.goes_on

    def _numbered(self, *, after: bool) -> list[tuple[int, Step]]:
        """Return the steps that come before the proof, or those `after` it, with their numbers."""
        return [(n, step) for n, step in enumerate(self.plan.steps, start=1) if step.after is after]

    def _closing(self, *, proven: bool) -> list[tuple[int, Step]]:
        """Return what has to be done after the run, as far as it came."""
        return [
            (n, step)
            for n, step in self._numbered(after=True)
            if (step.closes in self.begun if step.closes else proven)
        ]

    def _close(self, *, proven: bool) -> list[str]:
        """Do what comes after the run; return a line, with the command to type, for each that did not succeed."""
        failed = [line for number, step in self._closing(proven=proven) for line in self._after(number, step)]
        for line in failed:
            journal.note_everywhere(self.host.fleet, self.folder, "unclosed", why=line.strip()[:500])
        return failed

    def _after(self, number: int, step: Step) -> list[str]:
        begun, name = time.monotonic(), self._name(number, step)
        members = self.host.fleet[:1] if step.primary_only else self.host.fleet
        try:
            with display.running(name):
                ends = self._ended([(member, self._try(member, number, step)) for member in members])
        except (Failed, OSError, EOFError) as error:
            return [failure.unclosed(self.host, step, str(error))]
        both = zip(members, ends, strict=True)
        failed = [failure.unclosed(m, step, failure.cause(step, end, said)) for m, (end, said) in both if end.code != 0]
        if not failed:
            display.done(name, time.monotonic() - begun)
        return failed

    def _left_open(self) -> list[str]:
        return [failure.left_open(step) for _, step in self._closing(proven=False)]

    def _read_again(self) -> None:
        """Take how far the run has come from the journals: a step may have ended while the operator was asked."""
        with contextlib.suppress(Stopped, OSError, EOFError, KeyboardInterrupt):
            records = parallel_map(self.host.fleet, lambda member: record.read(member, self.plan.run))
            self.running = any(known.running for known in records)
            self.progress.done = [{"step": name} for name in record.done(self.plan, records)]
            self.progress.partially_applied = any(known.partially_applied for known in records)

    def _step(self, number: int, step: Step) -> None:
        begun, name = time.monotonic(), self._name(number, step)
        members = self.host.fleet[:1] if step.primary_only else self.host.fleet
        members = tuple(m for m in members if not (m in self.records and self.records[m].holds(number)))
        if members:
            self.begun.add(step.name)
            with display.running(name):
                self._on(members, [self._try(member, number, step) for member in members])
        seconds = time.monotonic() - begun if members else 0.0
        self.progress.done.append({"step": step.name, "seconds": round(seconds, 2)})
        display.done(name, seconds if members else None)

    def _name(self, number: int, step: Step) -> str:
        return f"[{number}/{len(self.plan.steps)}] {step.title}"

    def _try(self, member: Host, number: int, step: Step) -> job.Try:
        attempt = self.records[member].attempt(number) if member in self.records else 1
        partial, after = self.plan.halves(number)
        return job.Try(self.folder, self.plan.run, number, step, attempt, partial, after)

    def _on(self, members: Sequence[Host], attempts: Sequence[job.Try]) -> None:
        """Run a step on its hosts at once; raise what ends the run where it does not succeed on all of them."""
        first, pairs = attempts[0], list(zip(members, attempts, strict=True))
        if first.partial is not None:
            self.progress.partially_applied = first.partial
        for (member, attempt), (end, said) in zip(pairs, self._ended(pairs), strict=True):
            self._judge(member, attempt, end, said)
        if first.after is not None:
            self.progress.partially_applied = first.after

    def _ended(self, pairs: list[tuple[Host, job.Try]]) -> list[Ended]:
        """Return how a step ended on its hosts; what it does here comes first, and has to succeed."""
        step = pairs[0][1].step
        if step.local and (found := here.run(step.local, step.timeout))[0].code != 0:
            return [found] * len(pairs)
        self.watch = self._watches(pairs)
        return self.watch.to_the_end()

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
        journal.note_everywhere(
            self.host.fleet,
            self.folder,
            "failed",
            step=step.name,
            why=why[:500],
            half=self.progress.partially_applied,
            **amended,
        )
        run = self.progress
        refused = step.preparation and not run.partially_applied
        told = failure.refused(run, member, step, why) if refused else failure.described(run, member, step, why, said)
        message = "\n".join([told, *self._close(proven=False)])
        raise Refused(message) if refused else Failed(message)

    def _prove(self) -> Outcome:
        proofs = self._proofs()
        if len(self.host.fleet) > 1:  # the first was proven while the slowest was still on its way
            proofs = self._proofs()
        for proof in proofs:
            display.last_lines(proof.logs)
        checks = [check for proof in proofs for check in proof.checks]
        display.checks(checks)
        if wrong := [c for c in checks if not c.ok]:
            why = "; ".join(c.line for c in wrong)
            self._fail(self.host, self._numbered(after=False)[-1][1], f"not proven: {why}", [])
        unclosed = self._close(proven=True)
        found = measuring.measured(self.host.fleet, self.plan)
        outcome = outcome_of(self.plan, self.progress.done, proofs, found, time.monotonic() - self.started)
        outcome = replace(outcome, back=self.world.way_back(self.host, self.plan))
        parallel_map(self.host.fleet, lambda member: self._finish(member, outcome.outage))
        self.progress.partially_applied = False
        awaited = self.plan.outage and (found or self.plan.expect.healthy)
        if unclosed:
            raise Failed("\n".join([f"{self.plan.task}: done and verified, but not what comes after it:", *unclosed]))
        display.outcome(outcome, uptime.words(found) if awaited else "")
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

"""One run of a plan: step after step on every host, watched, journaled, proven; and what it leaves behind."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from msgspec.structs import replace

from ..console import living, terminal
from ..console.errors import ConnectionLost, Failed, Held, Refused, Stopped
from ..ssh.host import Host
from ..ssh.parallel import parallel_map
from . import display, failure, interrupt, job, journal, measuring, proving, record, rolling, uptime
from .attempts import Attempts, Pair
from .closing import Closing
from .holding import Locks, taken_over
from .plan import Plan, Step
from .record import RunRecord
from .rolling import LOOK, Batch
from .world import Outcome, Proof, World, outcome_of


class Execution:
    """One run of a plan, new, or taken up again with the records that its hosts have of it."""

    def __init__(
        self, world: World, host: Host, plan: Plan, locks: Locks, records: Mapping[Host, RunRecord] | None = None
    ) -> None:
        self.world, self.host, self.plan, self.locks = world, host, plan, locks
        self.started = time.monotonic()
        self.records = dict(records or {})
        self.attempts = Attempts(host, plan, locks, self.records)
        self.closing = Closing(self.attempts)
        self.folder = self.attempts.folder
        partial = any(record.partially_applied for record in self.records.values())
        self.progress = failure.Progress(world, host, plan, partially_applied=partial)
        self.batches = rolling.batches(plan, self.attempts)
        self.at: Step | None = None
        self.seconds: dict[int, float] = {}  # by the number of the step
        self.running: bool | None = None  # what the hosts say of it; None: they were not asked

    def complete(self) -> Outcome:
        """Run the steps that are not done, then prove the result.

        The locks are given back unless the run is partially applied, or a step goes on without this client.
        """
        try:
            with interrupt.as_exceptions():
                return self._run()
        except KeyboardInterrupt:
            raise self._interrupted() from None
        finally:
            self.attempts.mirrors.follow(whole=True)
            if not (self.progress.partially_applied or self.goes_on):
                self.locks.release()

    def _run(self) -> Outcome:
        self.attempts.mirrors.follow(whole=True)
        measuring.begin(self.world, self.host.fleet, self.plan)
        for number, _step in self.plan.numbered(after=False):
            if not self.plan.in_turn(number):
                self._step(number, self.host.fleet)
        self._turns()
        return self._prove()

    def _interrupted(self) -> Failed:
        at = self.at
        journal.note_everywhere(self.host.fleet, self.folder, "interrupted", step=at.name if at else "")
        self._read_again()
        left = self.closing.left_open() if self.goes_on else self.closing.close(proven=False)
        return Failed("\n".join([failure.interrupted(self.progress, at, self.goes_on), *left]))

    @property
    def goes_on(self) -> bool:
        """Whether a step may go on on a host without this client."""
        return self.attempts.go_on if self.running is None else self.running

    def _read_again(self) -> None:
        """Take how far the run has come from the journals: a step may have ended while the operator was asked."""
        with contextlib.suppress(Stopped, OSError, EOFError, KeyboardInterrupt):
            records = parallel_map(self.host.fleet, lambda member: record.read(member, self.plan.run))
            self.running = any(known.running for known in records)
            self.progress.done = [{"step": name} for name in record.done(self.plan, records)]
            self.progress.partially_applied = any(known.partially_applied for known in records)

    def _turns(self) -> None:
        """Let one batch of hosts after the other have its turn, once the one before is proven and stayed well."""
        turn = [n for n, _step in self.plan.numbered(after=False) if self.plan.in_turn(n)]
        closing = next((n for n in turn if self.plan.steps[n - 1].closes), None)
        for number, batch in enumerate(self.batches):
            self.progress.turns = rolling.told(self.batches, number)
            for one in turn:
                if one == closing and not batch.passed:
                    self._prove_at(batch.hosts)
                self._step(one, batch.hosts, more=batch.more)
            if batch.more and not batch.passed:
                if closing is None:
                    self._prove_at(batch.hosts)
                self._stays_well(batch)

    def _stays_well(self, batch: Batch) -> None:
        """Prove hosts again and again for as long as they have to stay well."""
        soak = self.plan.turns.soak
        over = time.monotonic() + soak
        with living.waiting(f"watching {', '.join(m.address for m in batch.hosts)} for {soak} s", soak):
            while (left := over - time.monotonic()) > 0:
                time.sleep(min(LOOK, left))
                self._prove_at(batch.hosts)

    def _step(self, number: int, members: Sequence[Host], *, more: bool = False) -> None:
        self.at = step = self.plan.steps[number - 1]
        begun = time.monotonic()
        apart = len(self.batches) > 1 and self.plan.in_turn(number)
        name = self.attempts.name(number, members if apart else ())
        pairs = [
            (member, attempt)
            for member, attempt in self.attempts.of(number, members, more=more)
            if not (member in self.records and self.records[member].holds(number))
        ]
        if pairs:
            with display.running(name):
                self._on(pairs)
        seconds = time.monotonic() - begun if pairs else 0.0
        self.seconds[number] = self.seconds.get(number, 0.0) + seconds
        if not more:
            self.progress.done.append({"step": step.name, "seconds": round(self.seconds[number], 2)})
        display.done(name, seconds if pairs else None)

    def _on(self, pairs: list[Pair]) -> None:
        """Run a step on its hosts at once; raise what ends the run where it does not succeed on all of them."""
        first = pairs[0][1]
        if first.partial is not None:
            self.progress.partially_applied = first.partial
        try:
            ends = self.attempts.ended(pairs)
        except ConnectionLost as lost:
            raise ConnectionLost("\n".join([str(lost), *self.closing.left_open()])) from None
        for (member, attempt), (end, said) in zip(pairs, ends, strict=True):
            self._judge(member, attempt, end, said)
        if first.after is not None:
            self.progress.partially_applied = first.after

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
        if all(self.attempts.end_well(members, attempt) for members in (self.host.fleet[:1], self.host.fleet[1:])):
            self.progress.partially_applied, self.progress.amended = False, step.title

    def _fail(self, member: Host, step: Step, why: str, said: list[str]) -> NoReturn:
        run = self.progress
        noted: dict[str, Any] = {"step": step.name, "why": why[:500], "half": run.partially_applied}
        if run.amended:
            noted["amended"] = run.amended
        journal.note_everywhere(self.host.fleet, self.folder, "failed", **noted)
        refused = step.preparation and not step.closes and not run.partially_applied
        told = failure.refused(run, member, step, why) if refused else failure.described(run, member, step, why, said)
        message = "\n".join([told, *self.closing.close(proven=False)])
        raise Refused(message) if refused else Failed(message)

    def _prove(self) -> Outcome:
        fleet = self.host.fleet
        proofs = self._prove_at(fleet)
        if len(fleet) > 1:  # the first was proven while the slowest was still on its way
            proofs = self._prove_at(fleet)
        proving.show(proofs)
        unclosed = self.closing.close(proven=True)
        found = measuring.measured(self.host.fleet, self.plan)
        back, seconds = self.world.way_back(self.host, self.plan), time.monotonic() - self.started
        outcome = outcome_of(self.plan, self.progress.done, proofs, found, seconds, back)
        parallel_map(self.host.fleet, lambda member: self._finish(member, outcome))
        self.progress.partially_applied = False
        awaited = self.plan.outage and (found or self.plan.expect.healthy)
        if unclosed:
            raise Failed("\n".join([f"{self.plan.task}: done and verified, but not what comes after it:", *unclosed]))
        display.outcome(outcome, uptime.words(found) if awaited else "", again=bool(self.records))
        return outcome

    def _prove_at(self, members: Sequence[Host]) -> list[Proof]:
        """Return the proof of each host; raise what ends the run where one does not hold."""
        proofs = proving.proofs(self.world, members, self.plan.expect)
        if wrong := proving.wrong(members, proofs):
            last = [step for _n, step in self.plan.numbered(after=False) if not step.closes][-1]
            self._fail(wrong[0], last, f"not proven: {wrong[1]}", [])
        return proofs

    def _finish(self, member: Host, outcome: Outcome) -> None:
        in_step = [one.address for one in self.host.fleet] if self.plan.expect.commit else []
        proven = {} if self.records else {"seconds": outcome.seconds}  # of one taken up again, its journal tells
        times = {**proven, "outage": outcome.outage, "recovery": outcome.recovery}
        member.sh(journal.finish(self.folder, journal.owner(self.plan), times, in_step, outcome.left_out))
        if undone := self.plan.undoes:
            there = journal.folder(self.host.environment, undone)
            member.sh(journal.note(there, "undone", by=self.plan.run, half=False), check=False)

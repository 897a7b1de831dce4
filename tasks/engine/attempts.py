"""The tries of a run's steps, on the hosts that they run on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..ssh.host import Host
from . import here, job, journal
from .holding import Locks
from .plan import Plan
from .record import RunRecord
from .watch import Ended, Watch, Watches

Pair = tuple[Host, job.Try]


class Attempts:
    """What is tried of a plan: a run's first tries, or further ones where its hosts have records of it."""

    def __init__(self, host: Host, plan: Plan, locks: Locks, records: Mapping[Host, RunRecord]) -> None:
        self.host, self.plan, self.locks, self.records = host, plan, locks, records
        self.folder = journal.folder(host.environment, plan.run)
        self.begun = {step.name for record in records.values() for step in record.begun}
        self.watch: Watches | None = None

    @property
    def go_on(self) -> bool:
        """Whether the last of them may go on on a host without this client."""
        return self.watch is not None and self.watch.goes_on

    def name(self, number: int) -> str:
        """Return what a step is called while it runs."""
        return f"[{number}/{len(self.plan.steps)}] {self.plan.steps[number - 1].title}"

    def of(self, number: int) -> list[Pair]:
        """Return the tries of a step, a host each."""
        members = self.host.fleet[:1] if self.plan.steps[number - 1].primary_only else self.host.fleet
        return [(member, self._one(member, number)) for member in members]

    def _one(self, member: Host, number: int) -> job.Try:
        attempt = self.records[member].attempt(number) if member in self.records else 1
        partial, after = self.plan.halves(number)
        return job.Try(self.folder, self.plan.run, number, self.plan.steps[number - 1], attempt, partial, after)

    def ended(self, pairs: list[Pair]) -> list[Ended]:
        """Return how a step ended on its hosts; what it does here comes first, and has to succeed."""
        step = pairs[0][1].step
        self.begun.add(step.name)
        if step.local and (found := here.run(step.local, step.timeout))[0].code != 0:
            return [found] * len(pairs)
        self.watch = self._watches(pairs)
        return self.watch.to_the_end()

    def end_well(self, members: Sequence[Host], attempt: job.Try) -> bool:
        """Run a try that makes good what another did; return whether it succeeded on all of `members`."""
        if not members:
            return True
        self.watch = self._watches([(member, attempt) for member in members])
        return all(end.code == 0 for end, _said in self.watch.to_the_end())

    def _watches(self, pairs: list[Pair]) -> Watches:
        several = len(self.host.fleet) > 1
        return Watches([Watch(m, self.locks, one, m.address if several else "") for m, one in pairs])

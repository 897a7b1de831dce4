"""The tries of a run's steps, on the hosts that they run on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ..ssh.host import Host
from . import here, job, journal
from .holding import Locks
from .mirrors import Mirrors
from .plan import Plan
from .record import RunRecord
from .watch import Ended, Watch, Watches

Pair = tuple[Host, job.Try]
DONE: Ended = (job.End("ended", 0), [])


class Attempts:
    """What is tried of a plan: a run's first tries, or further ones where its hosts have records of it.

    `begun` are the steps that were begun, by host and name, `opened` those of them that are to be closed in the host's
    turn, and were not yet.
    """

    def __init__(self, host: Host, plan: Plan, locks: Locks, records: Mapping[Host, RunRecord]) -> None:
        self.host, self.plan, self.locks, self.records = host, plan, locks, records
        self.folder = journal.folder(host.environment, plan.run)
        self.begun = {(member, step.name) for member, record in records.items() for step in record.begun}
        self.opened = {
            (member, step.closes) for member, record in records.items() for step in record.left_open(after=False)
        }
        self.mirrors = Mirrors(host, plan, locks)
        self.watch: Watches | None = None

    @property
    def go_on(self) -> bool:
        """Whether the last of them may go on on a host without this client."""
        return self.watch is not None and self.watch.goes_on

    def name(self, number: int, members: Sequence[Host] = ()) -> str:
        """Return what a step is called while it runs, on `members` alone where some are named."""
        names = [member.address for member in members]
        where = ", ".join(names) if len(names) < 3 else f"{len(names)} hosts"
        title = self.plan.steps[number - 1].on(members)
        return f"[{number}/{len(self.plan.steps)}] {title}{f' on {where}' if where else ''}"

    def of(self, number: int, members: Sequence[Host] | None = None, *, more: bool = False) -> list[Pair]:
        """Return the tries of a step, a host each, of `members` or all; `more`: others have their turn later."""
        primary_only, first = self.plan.steps[number - 1].primary_only, self.host.fleet[0]
        among = self.host.fleet if members is None else members
        return [(m, self._one(m, number, more)) for m in among if m is first or not primary_only]

    def _one(self, member: Host, number: int, more: bool) -> job.Try:
        attempt = self.records[member].attempt(number) if member in self.records else 1
        partial, after = self.plan.halves(number, more=more)
        return job.Try(self.folder, self.plan.run, number, self.plan.steps[number - 1], attempt, partial, after)

    def ended(self, pairs: list[Pair]) -> list[Ended]:
        """Return how a step ended on its hosts; what it does here comes first, and has to succeed.

        What opens something is written down there before it is done here: so it is known to be open after a cut.
        """
        step = pairs[0][1].step
        members = [member for member, _attempt in pairs]
        self.begun |= {(member, step.name) for member in members}
        if any(other.closes == step.name for other in self.plan.steps):
            self.opened |= {(member, step.name) for member in members}
            return _well(self._there(pairs), lambda: _here(pairs))
        found = _well(_here(pairs), lambda: self._there(pairs))
        closed = (member for member, (end, _said) in zip(members, found, strict=True) if end.code == 0)
        self.opened -= {(member, step.closes) for member in closed}
        return found

    def _there(self, pairs: list[Pair]) -> list[Ended]:
        self.mirrors.begun(pairs[0][1])
        self.watch = self._watches(pairs)
        found = self.watch.to_the_end()
        self.mirrors.ended(pairs[0][1], well=all(end.code == 0 for end, _said in found))
        return found

    def end_well(self, members: Sequence[Host], attempt: job.Try) -> bool:
        """Run a try that makes good what another did; return whether it succeeded on all of `members`."""
        if not members:
            return True
        return all(end.code == 0 for end, _said in self._there([(member, attempt) for member in members]))

    def _watches(self, pairs: list[Pair]) -> Watches:
        several = len(self.host.fleet) > 1
        watches = [Watch(m, self.locks, one, m.address if several else "") for m, one in pairs]
        return Watches(watches, outage=pairs[0][1].number in self.plan.unserved)


def _here(pairs: list[Pair]) -> list[Ended]:
    return [here.run(one.step.local, one.step.timeout, member) if one.step.local else DONE for member, one in pairs]


def _well(first: list[Ended], then: Callable[[], list[Ended]]) -> list[Ended]:
    """Return how the second part ended, or how the first did, where that did not end well everywhere."""
    return then() if all(end.code == 0 for end, _said in first) else first

"""Carries a plan out: show, ask, lock, one step after the other, prove; and says where things stand."""

from __future__ import annotations

import contextlib
import getpass
import socket
import time
from collections.abc import Iterator

import msgspec
from msgspec import Struct

from . import console, job, proof, runs, state
from .errors import ConnectionLost, Failed, Refused
from .host import Host
from .lock import Lock
from .plan import Plan, Step
from .settle import Settled
from .shell import nonce


class Way(Struct, frozen=True):
    """How the operator wants a plan to be carried out."""

    yes: bool = False
    plan: bool = False
    take_over: bool = False


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


def carry_out(host: Host, plan: Plan, way: Way, started: float) -> Outcome | None:
    """Show `plan`, and unless only that was wanted, ask, run and prove it. `started`: time.monotonic()."""
    from . import display

    display.plan(host, plan)
    if way.plan:
        console.document(msgspec.to_builtins(plan))
        console.say("Nothing was changed (--plan).")
        return None
    if not plan.steps:
        console.say("There is nothing to do.")
        return None
    for question in [*plan.questions, f"Do this on {host.environment.name}?"]:
        console.confirm(question, way.yes)
    with _locked(host, plan, way.take_over):
        return Execution(host, plan, started).complete()


@contextlib.contextmanager
def _locked(host: Host, plan: Plan, over: bool) -> Iterator[None]:
    folder = state.folder(host.environment)
    owner = {
        "run": plan.run,
        "task": plan.task,
        "who": getpass.getuser(),
        "machine": socket.gethostname(),
        "since": time.strftime("%Y-%m-%d %H:%M:%S %z"),
    }
    taken: list[Lock] = []
    try:
        for member in sorted(host.fleet, key=lambda h: h.address):
            lock = Lock(member, folder, plan.run)
            lock.take(owner, over)
            taken.append(lock)
        for member in host.fleet:
            member.sh(runs.begin(folder, owner, plan))
        yield
    finally:
        for lock in reversed(taken):
            with contextlib.suppress(Exception):
                lock.release()


class Execution:
    """One run of a plan, new or resumed."""

    def __init__(self, host: Host, plan: Plan, started: float) -> None:
        self.host, self.plan, self.started = host, plan, started
        self.folder = f"{state.folder(host.environment)}/runs/{plan.run}"
        self.done: list[dict] = []

    def complete(self, skip: int = 0) -> Outcome:
        """Run the steps after the first `skip`, then prove the result."""
        for number, step in enumerate(self.plan.steps[skip:], start=skip + 1):
            self._step(number, step)
        return self._prove()

    def _step(self, number: int, step: Step) -> None:
        from . import display

        begun = time.monotonic()
        display.step_begins(number, len(self.plan.steps), step)
        for member in self._members(step):
            self._on(member, number, step)
        seconds = time.monotonic() - begun
        self.done.append({"step": step.name, "seconds": round(seconds, 2)})
        display.step_done(step, seconds)

    def _members(self, step: Step) -> tuple[Host, ...]:
        return self.host.fleet[:1] if step.primary_only else self.host.fleet

    def _on(self, member: Host, number: int, step: Step) -> None:
        code, log = self._watch(member, number, step)
        if code == 0:
            return
        why = self._cause(step, code, log)
        if step.preparation and not any(s.outage for s in self.plan.steps[: number - 1]):
            raise Refused(f"{member.address}: {step.title}: {why}. The application was not touched. {step.otherwise}".rstrip())
        raise Failed(self._described(member, step, why))

    def _watch(self, member: Host, number: int, step: Step) -> tuple[int | None, str]:
        from . import display

        mark = nonce()
        script = job.start(self.folder, number, step, mark)
        stream = display.Log(mark)
        for attempt in range(8):
            try:
                result = member.sh(script, timeout=None, check=False, out=stream)
            except (ConnectionLost, OSError, EOFError):
                result = None
            if result is not None and member.is_connected:
                log, code = job.ended(result.stdout, mark)
                return code, log
            display.reconnecting(member, attempt)
            time.sleep(min(2**attempt, 10))
        raise ConnectionLost(
            f"{member.address}: the connection is gone; the step goes on there. When it is back: fab resume"
        )

    @staticmethod
    def _cause(step: Step, code: int | None, log: str) -> str:
        from .host import last_line

        if code is None:
            return "was cut off on the host"
        if code == 124:
            return f"took longer than {step.timeout} s and was stopped"
        return last_line(log)

    def _described(self, member: Host, step: Step, why: str) -> str:
        from . import display

        return display.failure(member, self.plan, self.done, step, why)

    def _prove(self) -> Outcome:
        from . import display

        waited = [proof.wait(member, self.plan.expect) for member in self.host.fleet]
        outage = self._outage(waited)
        checks: list[proof.Check] = []
        for member, settled in zip(self.host.fleet, waited, strict=True):
            display.last_words(settled.troubles)
            checks += [*proof.unsettled(settled), *proof.verify(member, self.plan.expect)]
        display.checks(checks)
        wrong = [c for c in checks if not c.ok]
        if wrong:
            why = "; ".join(f"{c.looked_at}: {c.found}" for c in wrong)
            raise Failed(self._described(self.host, self.plan.steps[-1], f"not proven: {why}"))
        outcome = Outcome(
            run=self.plan.run,
            task=self.plan.task,
            purpose=self.plan.purpose,
            steps=self.done,
            checks=checks,
            recovery=round(time.monotonic() - self.started, 2),
            outage=outage,
            back=self.plan.back,
        )
        self.host.sh(runs.finish(self.folder, self.plan.records, state.folder(self.host.environment)))
        display.outcome(self.host, outcome)
        return outcome

    def _outage(self, waited: list[Settled]) -> float | None:
        """Return the seconds from the first step that stops the application to the last healthy answer."""
        if not self.plan.expect.healthy or any(s.healthy_at is None for s in waited):
            return None
        begun = self.host.sh(runs.outage_began(self.folder, self.plan), check=False).stdout.strip()
        try:
            return round(max(s.healthy_at for s in waited) - float(begun), 2)
        except ValueError:
            return None

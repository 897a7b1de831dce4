"""A rollback as data: the same object is shown, run, journaled on the host, resumed and undone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct, field

from ..console.commands import fab
from ..ssh.host import Host
from .before import AnyBefore, SchemaBefore, SwappedBefore
from .told import PreflightReport, Told

UNDO = fab("undo")
Effect = Literal["stops", "starts", "snapshots", "migrates", "drops"]
RELIES: dict[Effect, Effect] = {"stops": "starts", "snapshots": "migrates"}


class Step(Struct, frozen=True, kw_only=True):
    """One change on the host, as a POSIX sh script that proves its own result.

    The script can be run again after a cut at any line; it exits non-zero, with one line on stderr,
    when the world is not what the step promises. It runs in the run's folder, where `files` (text by name) lie.
    `back` takes it back; `stop` is a script that ends what it runs inside containers, given RUN/NAME; of the
    try; `timeout` is in seconds. `amends` is the step that makes good what the run did, on all hosts, where this one
    fails: then nothing is left half done.

    `effects` is what it does to services and data: the journal says so, for those who read what happened. What was
    stopped may have been started, and a snapshot be behind the data, by the time that a run is resumed: such a step
    is done anew as long as a later one that RELIES on it is to be done.

    One that comes `after` runs once all is proven; if it `closes` a step (its name) that has begun, whatever happens.
    `local` is a command that runs where `fab` does, before the script. `services` are those that the title names.
    `own`: what it changes is the host's own, and hosts that could take its place do it as well.
    """

    name: str
    title: str
    script: str
    commands: tuple[str, ...] = ()
    primary_only: bool = False
    preparation: bool = False
    outage: bool = False
    back: str = ""
    stop: str = ""
    effects: tuple[Effect, ...] = ()
    timeout: int = 1800
    files: dict[str, str] = {}
    amends: Step | None = None
    after: bool = False
    closes: str = ""
    local: str = ""
    services: tuple[str, ...] = ()
    own: bool = False

    def on(self, members: Iterable[Host]) -> str:
        """Return the title as it is on `members`: of its services, those that one of them runs; on none, the whole."""
        elsewhere = [member.environment.elsewhere for member in members]
        if not (self.services and elsewhere):
            return self.title
        there = [one for one in self.services if not all(one in others for others in elsewhere)]
        return self.title.replace(f" {', '.join(self.services)}", f" {', '.join(there) or 'nothing'}", 1)


def label(number: int, step: Step) -> str:
    """Return what a step is called in the journal and the run's folder: 03-stop."""
    return f"{number:02}-{step.name}"


class Expectation(Struct, frozen=True, kw_only=True):
    """What must be true at the end; what is None or empty is not looked at.

    `images` names an image for each service; `services` must run, as many of each as
    `replicas` say, or one; `stopped` must not. The heads that are `implied`
    may be there beside those of `revision`: they say nothing that those do not. `ill_before`: health is not required,
    since the application was not healthy before either.
    """

    commit: str | None = None
    revision: list[str] | None = None
    implied: list[str] = field(default_factory=list, name="redundant")  # as plans that lie on hosts call it
    images: dict[str, str] = field(default_factory=dict)
    services: list[str] = field(default_factory=list)
    replicas: dict[str, int] = field(default_factory=dict)
    stopped: list[str] = field(default_factory=list)
    healthy: bool = False
    ill_before: bool = False


class Turns(Struct, frozen=True):
    """How hosts take their turn: the steps from number `first` on are for a batch of hosts alone, by their addresses.

    A batch has to be proven, and to stay well for `soak` seconds, before the next one begins. No batch: the steps
    are for all hosts at once, as those before are.
    """

    first: int = 0
    batches: list[list[str]] = []
    soak: int = 0


class Plan(Told, frozen=True, kw_only=True):
    """Ordered steps towards an expectation; `purpose` says in a line from what to what.

    `before` is what `undo` goes by, `back` the command that takes the run back, empty where there is none. `closing`
    is a script that runs on every host once the plan is proven, with RUN, TASK, WHO and MACHINE in its environment.
    `activity` is what the journals on the host said when the plan was made: it is void when they say something
    else under the lock. `undoes` is the run that it takes back. `only_by_name`: `undo` takes it back only
    where it is named. `because` is the operator's own reason, for those who read of the run.
    """

    task: str
    purpose: str
    steps: list[Step]
    expect: Expectation = field(default_factory=Expectation)
    before: AnyBefore | None = None
    back: str = ""
    undoes: str = ""
    only_by_name: bool = False
    activity: str = ""
    closing: str = ""
    because: str = ""
    turns: Turns = Turns()

    @property
    def way_back(self) -> str:
        """The command that takes the run back, also when others came after it; empty: none is known."""
        return fab(f"undo --run {self.run}") if self.back == UNDO else self.back

    @property
    def keeps_data(self) -> bool:
        """Whether the data of before are kept, for an undo that is told to bring them back."""
        return isinstance(self.before, SchemaBefore) and bool(self.before.snapshot or self.before.dump)

    @property
    def undoable(self) -> bool:
        """Whether `undo` takes such a run back."""
        return isinstance(self.before, (SchemaBefore, SwappedBefore))

    def halves(self, number: int, *, more: bool = False) -> tuple[bool | None, bool | None]:
        """Return whether the run is partially applied while step `number` runs, and after it; None: as it was.

        `more`: other hosts are still to have their turn.
        """
        last = [n for n, step in self.numbered(after=False) if step.closes]  # a host is not back before
        changing = [n for n, step in enumerate(self.steps, start=1) if not step.preparation or n in last]
        if number not in changing or (len(changing) < 2 and len(self.turns.batches) < 2):
            return None, None
        return True, more or number != changing[-1]

    def in_turn(self, number: int) -> bool:
        """Return whether step `number` is a part of a host's turn."""
        return bool(self.turns.batches) and self.turns.first <= number and not self.steps[number - 1].after

    def numbered(self, *, after: bool) -> list[tuple[int, Step]]:
        """Return the steps that come before the proof, or those `after` it, with their numbers."""
        return [(n, step) for n, step in enumerate(self.steps, start=1) if step.after is after]

    @property
    def outage(self) -> bool:
        """Whether the application does not answer during some step."""
        return bool(self.unserved)

    @property
    def unserved(self) -> range:
        """The numbers of the steps during which nobody is served: all from the first such to the last."""
        stopped = [number for number, step in enumerate(self.steps, start=1) if step.outage]
        return range(stopped[0], stopped[-1] + 1) if stopped else range(0)


Part = Step | Iterable[Step | None] | None


def chain(
    report: PreflightReport,
    *parts: Part,
    task: str,
    purpose: str,
    proof: Expectation | None = None,
    back: str = "",
    before: AnyBefore | None = None,
    closing: str = "",
    undoes: str = "",
    only_by_name: bool = False,
) -> Plan:
    """Return the plan of the steps in `parts`, in their order; None, and an empty part, is nothing to do.

    `report` is the preflight that the steps were made from, `proof` what must be true at the end; all others are as
    in the plan.
    """
    told = {name: getattr(report, name) for name in (*Told.__struct_fields__, "activity")}
    return Plan(
        **told,
        task=task,
        purpose=purpose,
        steps=flat(*parts),
        expect=proof or Expectation(),
        before=before,
        back=back,
        closing=closing,
        undoes=undoes,
        only_by_name=only_by_name,
    )


def flat(*parts: Part) -> list[Step]:
    """Return the steps in `parts`, in their order."""
    several = ([part] if isinstance(part, Step) else part or () for part in parts)
    return [step for part in several for step in part if step is not None]

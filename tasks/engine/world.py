"""What the engine asks of the deployment that it changes: it knows nothing of git, Docker or databases itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Protocol

from msgspec import Struct

from ..ssh.host import Host
from .plan import Expectation, Plan
from .uptime import Asking, Measured


class Check(Struct, frozen=True):
    """One thing looked at: what was seen, and whether it is right."""

    name: str
    looked_at: str
    found: str
    ok: bool

    @property
    def line(self) -> str:
        """What was seen where, for a sentence."""
        return f"{self.looked_at}: {self.found}"


class Proof(Struct, frozen=True):
    """What was found of an expectation on one host.

    `logs` are the last lines of containers that are not ready, by name; `left_out` is what is not well, or was not
    looked at, and was not required.
    """

    checks: list[Check]
    logs: dict[str, list[str]] = {}
    left_out: list[Check] = []


class Outcome(Struct, frozen=True, kw_only=True):
    """What a run did; `back` is the command that takes it back, `left_out` what the proof did not require.

    Times are in seconds: `seconds` is when it was proven and `recovery` when the application answered again, both from
    the run's begin (`seconds` of one that was taken up again: from then), and `outage` how long it did not, as the host
    saw it. None where there was none, or nobody asked.
    """

    run: str
    task: str
    purpose: str
    steps: list[dict[str, Any]]
    checks: list[Check]
    left_out: list[str] = []
    seconds: float
    recovery: float | None
    outage: float | None
    back: str


def outcome_of(
    plan: Plan, steps: list[dict[str, Any]], proofs: Sequence[Proof], found: Measured | None, seconds: float, back: str
) -> Outcome:
    """Return what a run of `plan` did, in `seconds`, with the outage that was `found`; None: it was not measured."""
    return Outcome(
        run=plan.run,
        task=plan.task,
        purpose=plan.purpose,
        steps=steps,
        checks=[check for proof in proofs for check in proof.checks],
        left_out=list(dict.fromkeys(what.line for proof in proofs for what in proof.left_out)),
        seconds=round(seconds, 2),
        recovery=found.recovery if found else None,
        outage=found.outage if found else None,
        back=back,
    )


class Turn(Struct, frozen=True):
    """A turn that a run takes: its start (`again`: it is taken up), success with its outcome, or failure, and why."""

    kind: Literal["start", "success", "failure"]
    again: bool = False
    outcome: Outcome | None = None
    why: str = ""


class World(Protocol):
    """The deployment, as the engine sees it."""

    def prove(self, host: Host, expect: Expectation) -> Proof:
        """Wait until `host` is ready, or visibly will not be, and return what it is then."""

    def asking(self, host: Host) -> Asking | None:
        """Return how `host` can ask whether the application answers; None where nothing tells."""

    def standing(self, host: Host, plan: Plan) -> list[str]:
        """Return lines that say what the host serves now, and where the data of before lie."""

    def remedies(self, host: Host, plan: Plan, why: str) -> list[str]:
        """Return sentences with commands that lead on where a preparation was refused for the reason `why`."""

    def tell(self, host: Host, plan: Plan, turn: Turn) -> None:
        """Tell those who want to know of a turn; what goes wrong with that is said, and never an error."""

    def way_back(self, host: Host, plan: Plan) -> str:
        """Return the command that takes a run back that was carried out: as planned, or as was found meanwhile."""

    def can_undo(self, host: Host, plan: Plan, done: Sequence[str]) -> bool:
        """Return whether `undo` takes back a run that stopped half-way, the steps `done` behind it."""

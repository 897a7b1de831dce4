"""What the engine asks of the deployment that it changes: it knows nothing of git, Docker or databases itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Protocol

from msgspec import Struct

from ..ssh.host import Host
from .plan import Expectation, Plan


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

    `healthy_at` is the host's clock (seconds) when all health addresses answered, None where they did not or
    were not asked; `logs` the last lines of containers that are not ready, by name.
    """

    checks: list[Check]
    healthy_at: float | None = None
    logs: dict[str, list[str]] = {}


class Outcome(Struct, frozen=True, kw_only=True):
    """What a run did; times in seconds; `back` is the command that takes it back."""

    run: str
    task: str
    purpose: str
    steps: list[dict[str, Any]]
    checks: list[Check]
    recovery: float
    outage: float | None
    back: str


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

    def standing(self, host: Host, plan: Plan) -> list[str]:
        """Return lines that say what the host serves now, and where the data of before lie."""

    def remedies(self, host: Host, plan: Plan, why: str) -> list[str]:
        """Return sentences with commands that lead on where a preparation was refused for the reason `why`."""

    def tell(self, host: Host, plan: Plan, turn: Turn) -> None:
        """Tell those who want to know of a turn; what goes wrong with that is said, and never an error."""

    def can_undo(self, host: Host, plan: Plan, done: Sequence[str]) -> bool:
        """Return whether `undo` takes back a run that stopped half-way, the steps `done` behind it."""

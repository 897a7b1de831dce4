"""A run played without a host: a deployment that says what it was told to, and steps that end as they were told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tasks.engine.job import End
from tasks.engine.plan import Expectation, Plan, Step
from tasks.engine.uptime import Asking
from tasks.engine.world import Check, Proof, Turn
from tests.unit.support.deployment import environment
from tests.unit.support.scripted import Scripted

RUN = "run-1"
PREPARE = Step(name="prepare", title="Prepare", script="true", preparation=True)
STOP = Step(name="stop", title="Stop", script="true", outage=True, effects=("stops",))
START = Step(name="start", title="Start", script="true", effects=("starts",))


class World:
    """A deployment: whatever is an error is raised."""

    def __init__(self, *, ok: bool = True, can_undo: Any = True, asking: Asking | None = None) -> None:
        self.ok, self.undoable, self._asking = ok, can_undo, asking
        self.told: list[Turn] = []

    def prove(self, host: Scripted, expect: Expectation) -> Proof:
        """Say whether it is as it should be."""
        return Proof([Check("health", "http://h", "200" if self.ok else "503", self.ok)], {"app": ["l"]})

    def asking(self, host: Scripted) -> Asking | None:
        """Say how it is asked."""
        return self._asking

    def standing(self, host: Scripted, plan: Plan) -> list[str]:
        """Say where it stands."""
        return ["the host now: up"]

    def remedies(self, host: Scripted, plan: Plan, why: str) -> list[str]:
        """Say what else could be done."""
        return ["Do something else."]

    def tell(self, host: Scripted, plan: Plan, turn: Turn) -> None:
        """Keep what was told."""
        self.told.append(turn)

    def way_back(self, host: Scripted, plan: Plan) -> str:
        """Say what takes it back."""
        return plan.way_back

    def can_undo(self, host: Scripted, plan: Plan, done: list[str]) -> bool:
        """Say whether it can be taken back."""
        return self.undoable


class Locks:
    """Locks that nobody else wants; `released` once they were given back."""

    def __init__(self) -> None:
        self.token, self.released = "token", False

    def release(self) -> None:
        """Give them back."""
        self.released = True


class Member(Scripted):
    """A host that takes every command, and keeps those that it was sent."""

    def __init__(self, name: str = "h", reply: Callable[[str], str] = lambda name: "") -> None:
        super().__init__()
        self.host = name
        self.replies(reply)

    @property
    def commands(self) -> list[str]:
        """What it was sent."""
        return [script for script, _ in self.asked]


def fleet(*names: str) -> list[Member]:
    """Return the hosts of one environment."""
    members = [Member(name) for name in names]
    for one in members:
        one.fleet, one.environment = tuple(members), environment()
    return members


def plan(*steps: Step, **values: Any) -> Plan:
    """Return a plan of these steps."""
    return Plan(**{"task": "full-rollback", "purpose": "back", "steps": list(steps), "run": RUN, **values})


def ends(mocker: Any, *found: Any) -> list[tuple[str, list[str]]]:
    """Let the steps end as `found`, one after the other: an exit code, an `End`, or an error to raise.

    Return, as they begin, the names of their tries, and the hosts they run on.
    """
    left, begun = list(found), []

    class Watches:
        """The tries of one step."""

        def __init__(self, watches: list[Any], outage: bool) -> None:
            self.watches, self.goes_on = watches, False
            begun.append((watches[0].attempt.name, [watch.member.host for watch in watches]))

        def to_the_end(self) -> list[tuple[End, list[str]]]:
            """End as told."""
            end = left.pop(0) if left else 0
            if isinstance(end, BaseException):
                raise end
            end = end if isinstance(end, End) else End("ended", end)
            return [(end, ["some words"])] * len(self.watches)

    mocker.patch("tasks.engine.attempts.Watches", Watches)
    return begun

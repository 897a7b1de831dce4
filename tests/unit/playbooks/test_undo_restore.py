"""What undo does with a restore in place: it starts what was stopped, unless the database was dropped."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tasks.console.errors import Refused
from tasks.engine.plan import Plan, Step
from tasks.engine.record import Story, Told
from tasks.playbooks import undo_restore
from tests.unit.support.deployment import environment, state

RUN = "20240101-000000-abc123"


def undo(drop: str, stands: bool, *, back: str = "", over: bool = False) -> Plan:
    """Return the way back from a restore in place whose drop is in the state DROP; STANDS: the database is open."""
    before = {"revision": ["two"], "running": ["api", "db"], "stopped": ["api"], "healthy": True, "dropped": "b.dump"}
    steps = [Step(name=name, title=name, script=":") for name in ("stop", "drop", "restore")]
    made = Plan(task="emergency-restore", purpose="", steps=steps, before=before, back=back, run=RUN)
    states = ("done", drop, "waiting")
    told = [Told(name="", title="", commands=(), state=of, tries=int(of != "waiting")) for of in states]
    journal = [{"event": "proven", "half": False}] if over else [{"event": "failed", "half": True}]
    answer = SimpleNamespace(stdout="yes\n" if stands else "")
    c = SimpleNamespace(environment=environment(), address="u@h:22", ask=lambda _: state(), sh=lambda _: answer)
    return undo_restore.plan(c, Story(run=RUN, owner={}, plan=made, steps=told, journal=journal))


@pytest.mark.parametrize("drop", ["failed", "cut off"])
def test_a_database_that_stands_though_it_was_to_be_dropped_gets_its_application_back(drop):
    made = undo(drop, stands=True)
    assert [step.name for step in made.steps] == ["wake"]
    assert made.facts == ["d was not replaced"]
    assert (made.undoes, made.expect.revision, made.expect.healthy) == (RUN, ["two"], True)


@pytest.mark.parametrize(("drop", "stands"), [("failed", False), ("cut off", False), ("done", False), ("done", True)])
def test_a_database_that_was_dropped_or_is_closed_leaves_only_the_way_forwards(drop, stands):
    with pytest.raises(Refused, match="only forwards from here. Next: fab resume"):
        undo(drop, stands)


def test_a_restore_in_place_that_is_over_names_its_own_way_back():
    with pytest.raises(Refused, match="Its way back: fab emergency-restore --file b.dump"):
        undo("done", stands=True, back="fab emergency-restore --file b.dump", over=True)

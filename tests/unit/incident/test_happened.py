"""What happened, a sentence an entry, in words that need no journal beside them."""

from __future__ import annotations

from tasks.engine.plan import Step
from tasks.incident import happened
from tasks.incident.timeline import timeline
from tests.unit.support.incidents import PROVEN, RUN, incident, journal, run

STEPS = [Step(name=name, title=f"The {name} step", script=":") for name in ("stop", "checkout", "start")]


def test_of_each_step_of_the_plan_is_told_what_became_of_it():
    lines = journal(("stop", "checkout"), 3)
    assert happened.steps(incident(lines), run(lines, steps=STEPS)) == [
        "The stop step: done in 0.5 s",
        "The checkout step: FAILED with exit code 3 in 0.5 s",
        "The start step: not begun",
    ]


def test_of_other_runs_only_what_became_of_them_is_told_and_not_their_steps():
    other = [{**entry, "at": entry["at"] + 5000, "task": "undo"} for entry in journal(("stop",), 0, PROVEN)]
    both = {RUN: journal(("stop",)), "other": other}
    found = happened.events(incident(both[RUN], entries=timeline(both)), run(both[RUN], steps=STEPS))
    assert [(e.run == RUN, e.text) for e in found] == [
        (True, "full-rollback was started by ada from laptop"),
        (True, "The stop step: done in 0.5 s"),
        (False, "undo was started by ada from laptop"),
        (False, "the result was proven on the host"),
    ]


def test_a_step_whose_end_nobody_wrote_down_is_not_called_done():
    lines = [*journal(()), {"at": 1001.0, "event": "begin", "step": "01-stop", "try": 1}]
    (_, begun) = happened.events(incident(lines), run(lines, steps=STEPS))
    assert (begun.text, begun.bad) == ("The stop step: begun, its end is not journaled", False)


def test_what_went_wrong_is_marked():
    failed = {"event": "failed", "step": "stop", "why": "no room"}
    lines = journal(("stop",), 1, failed)
    found = list(happened.events(incident(lines), run(lines, steps=STEPS)))
    assert [event.bad for event in found] == [False, True, True]
    assert found[-1].text == "The stop step failed: no room"

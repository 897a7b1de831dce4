"""The operator's side ends: at every step, before it, during it and after it, by every signal."""

from __future__ import annotations

import signal

import pytest

pytestmark = [pytest.mark.sandbox, pytest.mark.fault]

STEPS = ("keep", "build", "stop", "snapshot", "downgrade", "checkout", "start")
RESTORE = ("stop", "restore", "swap", "start")
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
ORDINARY = {("during", signal.SIGKILL)}
LONG = (pytest.mark.long,)


CASES = [
    pytest.param(number, moment, id=f"{number.name} {moment}", marks=() if (moment, number) in ORDINARY else LONG)
    for number in SIGNALS
    for moment in ("before", "during", "after")
]


@pytest.mark.parametrize(("number", "moment"), CASES)
def test_a_rollback_that_is_cut_at_every_step_is_resumed_to_a_verified_end(ready, number, moment):
    rows = ready.content()
    begin = cut_everywhere(ready, ready.rollback, STEPS, "rollback", number, moment, rows)
    ready.must(begin().end())
    ready.rolled_back()
    assert ready.content() == rows


@pytest.mark.long
@pytest.mark.parametrize(("number", "moment"), CASES)
def test_a_restore_that_is_cut_at_every_step_is_resumed_to_a_verified_end(ready, number, moment):
    rows = ready.content()
    ready.must(ready.operator.fab("backups.create", "--yes"))
    begin = cut_everywhere(ready, ready.restore, RESTORE, "restore", number, moment, rows)
    ready.must(begin().end())
    assert ready.as_deployed()
    assert ready.idle()
    assert ready.content() == rows


def cut_everywhere(stage, begin, steps, what: str, number: int, moment: str, rows: str):
    """Cut a run at each step, resuming it in between; return what continues it after the last cut."""
    for step in steps:
        ran = _cut(stage, begin, step, number, moment)
        assert ran.code == (-number if number == signal.SIGKILL else 1), ran.text
        if number != signal.SIGKILL:
            assert "fab resume" in ran.err, ran.text
            assert "Interrupted" in ran.err
        stage.note(f"fab gets {number.name}", f"{moment} {step} ({what})", ran, "yes", rows)
        begin = stage.resuming
    return begin


def _cut(stage, begin, step: str, number: int, moment: str):
    if moment != "during":
        return begin(CUT=f"{moment}:{step}:{int(number)}").end()
    known = "" if begin == stage.resuming else stage.last_run()
    stage.hold(step)
    running = begin()
    stage.wait_for(step, known=known)
    running.send(number)
    ran = running.end()
    stage.go()
    return ran

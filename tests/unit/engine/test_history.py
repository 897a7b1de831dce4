"""What became of runs, on the screen and as data."""

from __future__ import annotations

import pytest
from msgspec import structs

from tasks.console.commands import render
from tasks.engine import history
from tasks.engine.before import ReleaseBefore
from tasks.engine.record import RunRecord, StepStatus
from tests.unit.support.playing import RUN, START, STOP, Member, plan

BEGUN = {"at": 1000.0, "event": "run", "run": RUN, "task": "full-rollback", "who": "ada", "machine": "laptop"}
HALF = {"at": 1001.0, "event": "failed", "step": "start", "why": "no room", "half": True}


def status(name: str, state: str, **values) -> StepStatus:
    return StepStatus(name=name, title="t", commands=("do it",), state=state, **values)


def record(*steps: StepStatus) -> RunRecord:
    before = ReleaseBefore(
        commit="abc", running=["app", "web"], images={"app": "shop:abc"}, ids={"app": "sha256:d0"}, healthy=False
    )
    made = plan(STOP, START, before=before)
    owner = {"run": RUN, "who": "ada", "machine": "laptop", "since": "2026-01-02 03:04:05 UTC"}
    return RunRecord(run=RUN, owner=owner, plan=made, steps=list(steps), journal=[BEGUN, HALF], holder=RUN, lock="DEAD")


STEPS = (status("01-stop", "done", tries=1, began=1.0, ended=2.5), status("02-start", "failed", tries=2))


def test_a_list_says_who_did_what_and_how_it_stands():
    (found, never) = history.summaries({RUN: [BEGUN, HALF], "r2": []})
    assert (found["who"], found["state"], found["half"]) == ("ada", "failed", True)
    assert never["state"] == "never begun"
    line = [render(cell) for cell in history.row(found)]
    assert line == [RUN, "1970-01-01 00:16:40 UTC", "full-rollback", "ada from laptop", "failed, half-way: fab resume"]
    assert history.row(never)[-1] == "never begun"


def test_what_a_journal_does_not_say_is_a_question_mark():
    (never,) = history.summaries({"r2": []})
    assert (never["task"], never["who"], never["machine"], never["at"]) == ("?", "?", "?", None)


def test_a_run_is_described_with_the_keys_that_scripts_read():
    found = history.describe(record(*STEPS))
    assert (found["run"], found["state"], found["half"], found["lock"]) == (RUN, "failed", True, "DEAD")
    assert found["before"]["commit"] == "abc" and found["before"]["kind"] == "release"
    assert found["steps"][0]["seconds"] == 1.5


def test_a_run_is_told_with_its_steps_and_what_was_before(capsys):
    history.render(record(*STEPS))
    said = capsys.readouterr().out
    for words in (
        "run run-1: full-rollback, back",
        "by ada from laptop, since 2026-01-02 03:04:05 UTC: failed",
        "before: running app, web",
        "before: images app shop:abc",
        "before: healthy no",
        "1970-01-01 00:16:41 UTC failed: start, no room",
        "done              00:00:01     1.5 s  01-stop: t",
        "failed (2 tries)                      02-start: t",
    ):
        assert words in said
    assert "before: kind" not in said and "sha256" not in said and "before: snapshot" not in said


def test_a_run_of_which_little_is_known_is_told_as_that(capsys):
    known = record(status("01-stop", "waiting"), status("02-start", "failed", tries=1, began=61.0))
    history.render(structs.replace(known, owner={}))
    said = capsys.readouterr().out.splitlines()
    assert said[1].strip() == "by ? from ?, since ?: failed"
    rows = [line.split() for line in said if line.startswith(("waiting", "failed"))]
    assert rows == [["waiting", "01-stop:", "t"], ["failed", "00:01:01", "02-start:", "t"]]


@pytest.mark.parametrize(
    ("steps", "names"),
    [
        (STEPS, {"02-start.2": "said by 02-start.2"}),
        (STEPS[:1], {"01-stop.1": "said by 01-stop.1"}),
    ],
)
def test_the_logs_of_what_did_not_succeed_are_shown_or_of_what_ran_last(steps, names):
    member = Member(reply=lambda name: f"said by {name.split()[1]}\n")
    assert history.logs(member, record(*steps)) == names


def test_a_run_of_which_nothing_ran_has_no_logs():
    member = Member()
    assert history.logs(member, record(status("01-stop", "waiting"))) == {}

"""A step's output on the screen."""

from __future__ import annotations

import json

import msgspec

from tasks.console import terminal
from tasks.console.commands import fab
from tasks.engine import display
from tasks.engine.display import Log
from tasks.engine.plan import Step
from tasks.engine.world import Check, Outcome
from tests.unit.support.playing import Member, plan


def test_output_is_shown_line_by_line_whatever_the_packets(capsys):
    log = Log()
    log.begin()
    for piece in ("one\nt", "w", "o\nthr", "ee"):
        log.write(piece)
    assert capsys.readouterr().out == "    one\n    two\n"
    assert log.lines == 2


def test_a_progress_bar_shows_its_last_state_and_cannot_steer_the_terminal(capsys):
    log = Log()
    log.begin()
    log.write("10%\r50%\r100%\r\n\x1b[2Jdone\n\n")
    assert capsys.readouterr().out == "    100%\n    �[2Jdone\n"


def test_a_line_without_end_is_kept_in_bounded_memory():
    log = Log()
    log.begin()
    for _ in range(1000):
        log.write("x" * 10_000)
    assert len(log.rest) <= 4096


def test_the_watchers_own_lines_are_not_shown(capsys):
    log = Log()
    mark = log.begin()
    log.write(f"one\n{mark} end 0\n")
    assert capsys.readouterr().out == "    one\n"


def test_a_plan_is_shown_with_its_commands_what_it_costs_and_what_takes_it_back(capsys):
    step = Step(name="stop", title="Stop the app", script="", commands=("compose stop",), outage=True, back="start")
    made = plan(step, facts=["a fact", "  what it means"], warnings=["a warning"])
    lines = [
        "full-rollback: back",
        "  on  (u@h:22)",
        "  - a fact",
        "      what it means",
        "  ! a warning",
        "  1. Stop the app  (outage; back: start)",
    ]
    display.plan(Member(), made, commands=True)
    assert capsys.readouterr().out.splitlines() == [*lines, "       compose stop"]
    display.plan(Member(), made, commands=False)
    assert capsys.readouterr().out.splitlines() == lines


def test_what_matters_most_stands_in_three_lines_above_the_question(capsys):
    steps = [Step(name=name, title=name, script="", outage=name != "build") for name in ("build", "stop", "start")]
    display.summary(plan(*steps, summary={"goes back": "2 commits", "is lost": "3 rows"}))
    assert capsys.readouterr().out.splitlines() == [
        "  goes back   2 commits",
        "  is lost     3 rows",
        "  not served  from step 2 to step 3",
    ]
    display.summary(plan(*steps))
    assert capsys.readouterr().out == ""


def test_the_proof_and_the_last_lines_of_what_is_not_ready_are_shown(capsys):
    display.checks([Check("health", "http://h", "503", False)])
    display.last_lines({"app": ["boom"], "web": []})
    said = capsys.readouterr().out
    assert "WRONG" in said and "http://h" in said
    assert "the last lines of app:" in said and "boom" in said and "web" not in said


def test_a_proof_is_short_and_whole_with_v(capsys):
    checks = [Check("running", f"containers of {name}", f"c_{name} running", True) for name in ("app", "db")]
    display.checks(checks, [Check("health", "http://h", "500", False)])
    assert capsys.readouterr().out.splitlines() == [
        "state     check    looked at and found",
        "ok        running  2: containers of app, db",
        "left out  health   http://h: 500",
    ]
    with terminal.told_as(verbose=True):
        display.checks(checks, [Check("health", "http://h", "500", False)])
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        ["state", "check", "looked", "at", "found"],
        ["ok", "running", "containers", "of", "app", "c_app", "running"],
        ["ok", "running", "containers", "of", "db", "c_db", "running"],
        ["left", "out", "health", "http://h", "500"],
    ]


def test_a_run_that_was_proven_ends_with_its_times_and_the_way_back(capsys):
    made = Outcome(
        run="r",
        task="t",
        purpose="p",
        steps=[],
        checks=[],
        seconds=2.0,
        recovery=1.5,
        outage=1.0,
        back=fab("undo --run r"),
    )
    display.outcome(made, "outage 1 s")
    assert capsys.readouterr().out.splitlines() == [
        "t: done and verified 2.0 s after the run began; outage 1 s.",
        "The way back: fab undo --run r",
        "A report for the team: fab incident.report",
    ]
    display.outcome(msgspec.structs.replace(made, task="git.checkout"), "")
    assert "incident.report" not in capsys.readouterr().out
    with terminal.told_as(json=True):
        display.outcome(made, "")
    assert json.loads(capsys.readouterr().out)["back"] == "fab undo --run r"


def test_what_the_proof_left_out_stands_in_the_last_line(capsys):
    known = {"run": "r", "task": "undo", "purpose": "", "steps": [], "checks": [], "seconds": 2.0, "back": ""}
    left = ["http://h: 500", "c_api restarting, started again 3 times"]
    display.outcome(Outcome(**known, recovery=None, outage=None, left_out=left), "")
    assert capsys.readouterr().out.splitlines() == [
        "undo: done, but not all of it verified, 2.0 s after the run began; "
        "not required, and left out of the proof: http://h: 500, c_api restarting, started again 3 times."
    ]
    display.outcome(Outcome(**known, recovery=None, outage=None), "", again=True)
    assert capsys.readouterr().out == "undo: done and verified 2.0 s after it was taken up again.\n"

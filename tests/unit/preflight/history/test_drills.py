"""A drill held against objectives, remembered, and shown: what did not run, or was not proven, passes nothing."""

from __future__ import annotations

import json
import os
import subprocess

import pytest
from msgspec import structs, to_builtins

from tasks.console.errors import Failed
from tasks.preflight.history import drill_view, drills
from tasks.preflight.history.drills import Drill, Part
from tasks.ssh.scripts import PACKAGE
from tasks.ssh.shell import Answer
from tests.unit.support.deployment import environment
from tests.unit.support.scripted import Scripted

SCRIPT = PACKAGE / "preflight" / "history" / "remember-drill.sh"
ENVIRON = {**os.environ, "SCRIPTS": str(PACKAGE)}
WANTED = environment(objectives={"rto": "10m", "rpo": "24h"})
BACK = Part(name="rollback", state="proven", seconds=30.0, outage=4.0, run="r1", found="a → b")
UNDO = Part(name="undo of the rollback", state="proven", seconds=900.0)
DATA = Part(name="restore", state="proven", seconds=60.0)


def judged(*parts: Part, settings=WANTED, old: float | None = 3600.0) -> Drill:
    known = {"kind": "in place", "at": 1_700_000_000.0, "commit": "b" * 40, "backup": "backups/d.dump"}
    return drills.judged(settings, parts, **known, backup_age=old)


def test_a_drill_passes_where_each_part_was_proven_in_time():
    found = judged(BACK, UNDO, DATA)
    assert (found.passed, found.missed, found.rto, found.rpo) == (True, [], 600, 86400)
    assert found.who and found.machine


@pytest.mark.parametrize("state", ["not run", "not proven", "failed"])
def test_what_was_not_run_or_not_proven_passes_nothing(state):
    assert not judged(BACK, structs.replace(DATA, state=state)).passed
    assert not judged().passed


@pytest.mark.parametrize(
    ("parts", "old", "missed"),
    [
        ([structs.replace(BACK, seconds=601.0), DATA], 1.0, "the rollback took 10 minutes, rto is 10 minutes"),
        ([BACK, structs.replace(DATA, seconds=1300.0)], 1.0, "the restore took 21 minutes, rto is 10 minutes"),
        ([BACK, DATA], 90_000.0, "the newest backup is 25 hours old, rpo is 24 hours"),
        ([BACK, DATA], None, "there is no backup, rpo is 24 hours"),
    ],
)
def test_an_objective_that_is_missed_is_named_and_the_drill_is_not_passed(parts, old, missed):
    found = judged(*parts, old=old)
    assert (found.missed, found.passed) == ([missed], False)


def test_without_objectives_no_time_is_too_long():
    found = judged(structs.replace(BACK, seconds=9e9), DATA, settings=environment(), old=None)
    assert (found.passed, found.rto, found.missed) == (True, None, [])
    assert "none in hosts.yaml" in drill_view.objectives(found)


def test_drills_are_remembered_a_line_each_and_a_torn_line_is_passed_over(tmp_path):
    first, second = judged(BACK), judged(DATA)
    kept = tmp_path / "drills.jsonl"
    kept.write_text('{"at":1,"kind":"in')
    for one in (first, second):
        subprocess.run(["sh", SCRIPT, json.dumps(to_builtins(one))], env=ENVIRON | {"STATE": str(tmp_path)}, check=True)
    assert drills.probe(environment()).read({"": Answer(kept.read_text(), "", 0)}) == [first, second]


def test_a_drill_that_cannot_be_remembered_counts_all_the_same(capsys):
    c = Scripted({"*": Failed("no space left")})
    drills.remember(c, judged(BACK))
    assert "The drill is not remembered" in capsys.readouterr().out


def test_the_other_managers_of_a_swarm_remember_it_as_well(capsys):
    c, mirror = Scripted({"*": ("",)}), Scripted({"*": ("",)})
    c.mirrors = (mirror,)
    drills.remember(c, judged(BACK))
    assert [len(one.__dict__["asked"]) for one in (c, mirror)] == [1, 1]


def test_the_history_names_what_was_not_proven_and_draws_no_bar_for_it():
    whole, half = judged(BACK, UNDO, DATA), judged(BACK, structs.replace(DATA, state="failed"))
    assert drill_view.line(whole)[3:] == ("30.0 s", "60.0 s", "60 minutes old", "passed")
    assert drill_view.line(half)[4:] == ("failed", "60 minutes old", "not passed")
    _, heading, first, second = drill_view.chart([whole, half])
    assert "seconds to the last good release" in heading
    assert first.endswith(" 90") and second.endswith("?")


def test_of_each_part_the_time_the_outage_and_what_was_found_are_told():
    assert list(drill_view.rows(judged(BACK, drills.not_run("restore", "no backup\nmore")))) == [
        ("rollback", "proven", "30.0 s", "4.0 s", "a → b"),
        ("restore", "not run", "", "", "no backup"),
    ]

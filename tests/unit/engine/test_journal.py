"""What is written down of a run, by a real sh."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import msgspec
import pytest

from tasks.console.commands import fab
from tasks.engine import journal as runs
from tasks.engine import journaled, record
from tasks.engine.plan import Plan, Step
from tasks.preflight.history import ledger
from tasks.preflight.history.ledger import Entry
from tasks.ssh import scripts
from tasks.ssh.shell import NOT_REACHED, Answer
from tests.unit.support.shells import ENVIRONMENT, Home

OWNER = {"run": "run-1", "task": "full-rollback", "who": "ada's", "machine": "laptop"}
NASTY = 'it\'s "quoted" $(reboot) `x` \\n %s é\n' * 40


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def plan(size: int = 1, **values) -> Plan:
    steps = [Step(name=f"s{n}", title="t", script=os.urandom(2000).hex() + NASTY) for n in range(size)]
    return Plan(**{"task": "full-rollback", "purpose": NASTY, "steps": steps, "run": "run-1", **values})


def written(home: Home, made: Plan, owner: dict | None = None) -> Path:
    for command in runs.begin(ENVIRONMENT, owner or OWNER, made):
        assert len(command) < 120_000
        done = home.sh(command)
        assert done.returncode == 0, done.stderr
    return home.state / "runs" / made.run


def read(folder: Path) -> list[dict]:
    return journaled.read((folder / "journal").read_text())


def test_the_plan_is_on_the_host_as_it_was_whatever_it_holds(home):
    made = plan(100)  # several commands' worth
    assert len(list(runs.begin(ENVIRONMENT, OWNER, made))) > 1
    whole = json.loads((written(home, made) / "plan.json").read_text())
    assert msgspec.convert(whole["plan"], Plan) == made
    assert (whole["owner"], whole["format"]) == (OWNER, 2)


def test_commands_in_a_plan_are_kept_without_their_marks_being_bytes_of_the_file(home):
    made = plan(back=fab("undo"))
    text = (written(home, made) / "plan.json").read_text()
    assert text.isascii()
    assert msgspec.convert(json.loads(text)["plan"], Plan).back == fab("undo")


def test_every_script_of_the_run_lies_in_its_folder_as_it_is_run(home):
    step = Step(name="stop", title="", script='sh "$SCRIPTS/engine/in-turn.sh"', stop="echo stop")
    again = Step(name="start", title="", script="echo start")
    step = msgspec.structs.replace(step, files={"a.sql": NASTY}, amends=again)
    folder = written(home, plan(steps=[step], closing="echo closing"))
    assert (folder / "01-stop.sh").read_text() == step.script
    assert (folder / "01-stop.stop.sh").read_text() == "echo stop"
    assert (folder / "01-start.sh").read_text() == "echo start"
    assert (folder / "closing.sh").read_text() == "echo closing"
    assert (folder / "a.sql").read_text() == NASTY
    assert {"lib.sh", "in-turn.sh", "run-step.sh", "watch-step.sh"} <= {p.name for p in folder.glob("scripts/engine/*")}


def test_the_journal_begins_with_who_and_from_where(home):
    first = read(written(home, plan()))[0]
    assert (first["event"], first["who"]) == ("run", "ada's")
    assert first["at"] > 1_600_000_000


def test_the_last_run_is_the_one_that_was_worked_on_last_whatever_the_clock_says(home):
    asked = record.probe(ENVIRONMENT).commands["plan"]
    first, second = written(home, plan()), written(home, plan(run="run-2"))
    os.utime(first, (2_000_000_000, 2_000_000_000))
    assert '"run": "run-2"' in home.sh(asked).stdout
    assert home.sh(runs.resumed(runs.folder(ENVIRONMENT, "run-1"), OWNER)).returncode == 0
    assert '"run": "run-2"' not in home.sh(asked).stdout
    assert read(first)[-1]["event"] == "resumed"
    assert second.is_dir()


def test_all_of_it_is_for_its_owner_only(home):
    folder = written(home, plan())
    modes = {oct(path.stat().st_mode & 0o777) for path in folder.rglob("*") if path.is_file()}
    assert modes == {"0o600"}
    assert oct(folder.stat().st_mode & 0o777) == "0o700"


def test_a_note_after_a_torn_line_is_readable(home):
    (home.run("run-1") / "journal").write_text('{"event":"ru')
    assert home.sh(runs.note(runs.folder(ENVIRONMENT, "run-1"), "failed", why=NASTY, half=True)).returncode == 0
    (entry,) = read(home.run("run-1"))
    assert (entry["event"], entry["why"], entry["half"]) == ("failed", NASTY, True)


def test_activity_changes_with_every_step_and_not_with_a_lock_taken_over(home):
    home.run("run-1")
    probe = runs.activity(ENVIRONMENT)
    assert probe.first
    seen = [home.sh(probe.commands[""]).stdout]
    for event, entry in (("begin", {"step": "01-stop"}), ("end", {"step": "01-stop"}), ("left", {"by": "run-2"})):
        home.sh(runs.note(runs.folder(ENVIRONMENT, "run-1"), event, **entry))
        seen.append(home.sh(probe.commands[""]).stdout)
    assert len(set(seen)) == 3
    assert seen[-1] == seen[-2]


def test_a_run_is_not_begun_when_another_was_at_work_since_it_was_planned(home):
    seen = home.sh(runs.activity(ENVIRONMENT).commands[""]).stdout.strip()
    written(home, plan(activity=seen))
    home.sh(runs.note(runs.folder(ENVIRONMENT, "run-1"), "begin", step="01-stop"))
    (late,) = runs.begin(ENVIRONMENT, OWNER, plan(run="run-2", activity=seen))
    assert home.sh(late).returncode == runs.MOVED
    assert not (home.state / "runs" / "run-2").exists()


def test_a_proven_run_is_closed_and_its_records_are_in_the_ledger(home):
    records = [Entry(event="bad", commit="a" * 40, subject=NASTY), Entry(event="good", commit="b" * 40)]
    folder = written(home, plan(closing=ledger.closing(ENVIRONMENT, records, "false", "echo 1700000000")))
    done = home.sh(runs.finish(runs.folder(ENVIRONMENT, "run-1"), OWNER))
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in (home.state / "releases.jsonl").read_text().splitlines()]
    assert [(line["event"], line["commit"]) for line in lines] == [(r.event, r.commit) for r in records]
    assert (lines[0]["subject"], lines[0]["who"], lines[0]["run"]) == (NASTY, "ada's", "run-1")
    assert (lines[1]["schema"], lines[1]["rehearsed"]) == ("", 1700000000)
    assert read(folder)[-1]["event"] == "proven"


def test_a_closed_run_has_the_times_that_are_known(home):
    folder = written(home, plan())
    times = {"seconds": 8.0, "outage": 3.5, "recovery": None}
    done = home.sh(runs.finish(runs.folder(ENVIRONMENT, "run-1"), OWNER, times))
    assert done.returncode == 0, done.stderr
    proven = read(folder)[-1]
    assert (proven["seconds"], proven["outage"], "recovery" in proven) == (8.0, 3.5, False)


def test_a_run_that_left_something_out_of_its_proof_is_not_called_verified_afterwards(home):
    folder = written(home, plan())
    done = home.sh(runs.finish(runs.folder(ENVIRONMENT, "run-1"), OWNER, left_out=["http://h: 500"]))
    assert done.returncode == 0, done.stderr
    assert journaled.last_word(read(folder)) == "done, but not all of it verified"


def test_a_run_whose_closing_fails_is_not_called_proven(home):
    folder = written(home, plan(closing="echo no room >&2; exit 1"))
    done = home.sh(runs.finish(runs.folder(ENVIRONMENT, "run-1"), OWNER))
    assert (done.returncode, done.stderr) == (1, "no room\n")
    assert read(folder)[-1]["event"] == "run"


def test_the_last_runs_are_listed_with_their_journals_also_those_without_one(home):
    written(home, plan())
    (home.state / "runs" / "run-0").mkdir()
    os.utime(home.state / "runs" / "run-0", (1, 1))
    found = runs.every(ENVIRONMENT, 5).read({"": answer(home, runs.every(ENVIRONMENT, 5))})
    assert [(name, len(entries)) for name, entries in found.items()] == [("run-0", 0), ("run-1", 1)]


def test_a_login_that_may_write_the_state_folder_is_told_nothing(home):
    home.state.mkdir(parents=True)
    assert runs.barred(ENVIRONMENT).read({"": answer(home, runs.barred(ENVIRONMENT))}) == ""
    assert runs.barred(ENVIRONMENT).read({"": Answer("", "x is for root alone\n", 1)}) == "x is for root alone"
    for late in (NOT_REACHED, Answer("", "no answer in 60 s", 124)):
        assert runs.barred(ENVIRONMENT).read({"": late}) is None


def test_of_journals_only_the_wanted_entries_are_brought(home):
    written(home, plan())
    home.sh(runs.note(runs.folder(ENVIRONMENT, "run-1"), "begin", step='"event":"proven"'))
    home.sh(runs.finish(runs.folder(ENVIRONMENT, "run-1"), OWNER))
    probe = runs.every(ENVIRONMENT, 5, ("run", "proven"))
    found = probe.read({"": answer(home, probe)})
    assert [entry["event"] for entry in found["run-1"]] == ["run", "proven"]


def test_when_the_first_of_some_steps_began_is_that_of_its_first_try():
    began = {"event": "begin", "step": "01-stop"}
    entries = [{"at": 1.5, "try": 1, **began}, {"at": 9.0, "try": 2, **began}]
    assert journaled.began(entries, ["01-stop", "02-start"]) == 1.5
    assert journaled.began(entries, ["02-start"]) is None


def answer(home: Home, probe) -> Answer:
    done = home.sh(probe.commands[""])
    return Answer(done.stdout, done.stderr, done.returncode)


def test_hosts_are_remembered_once_and_forgotten_by_name(tmp_path):
    def told(*words: str) -> list[str]:
        command = scripts.with_files(scripts.call("engine/out-of-step.sh", *words, STATE=str(tmp_path)))
        subprocess.run(["sh", "-c", command], check=True)
        return (tmp_path / "out-of-step").read_text().split()

    assert told("left", "u@a:22", "u@ab:22") == ["u@a:22", "u@ab:22"]
    assert told("left", "u@a:22") == ["u@ab:22", "u@a:22"]
    assert told("back", "u@a:22") == ["u@ab:22"]
    assert told("back", "u@ab:22", "u@x:22") == []

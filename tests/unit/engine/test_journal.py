"""What is written down of a run, by a real sh."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

import msgspec

from tasks.engine import journal as runs
from tasks.engine.before import CheckoutBefore
from tasks.engine.plan import Plan, Step

NASTY = 'it\'s "quoted" $(reboot) `x` \\n %s é\n' * 40


def sh(script: str) -> subprocess.CompletedProcess:
    return subprocess.run(["sh", "-c", script], capture_output=True, text=True, timeout=60)


def plan(size: int = 1) -> Plan:
    steps = [Step(name=f"s{n}", title="t", script=NASTY) for n in range(size)]
    return Plan(task="full-rollback", purpose=NASTY, steps=steps, run="run-1", before=CheckoutBefore(commit="abc"))


def written(folder: Path, made: Plan) -> Path:
    for script in runs.begin(shlex.quote(str(folder)), {"who": "ada's"}, made):
        assert len(script) < 120_000
        done = sh(script)
        assert done.returncode == 0, done.stderr
    return folder / "runs" / made.run


def test_the_plan_is_on_the_host_as_it_was_whatever_it_holds(tmp_path):
    made = plan(200)  # many commands' worth
    whole = msgspec.json.decode((written(tmp_path, made) / "plan.json").read_bytes())
    assert msgspec.convert(whole["plan"], Plan) == made
    assert whole["owner"] == {"who": "ada's"}


def test_the_journal_begins_with_who_and_from_where(tmp_path):
    first = runs.read_journal((written(tmp_path, plan()) / "journal").read_text())[0]
    assert (first["event"], first["who"]) == ("run", "ada's")
    assert first["at"] > 1_600_000_000


def test_the_last_run_is_the_one_that_was_worked_on_last_whatever_the_clock_says(tmp_path):
    asked = f"cd {tmp_path}; {runs.questions(str(tmp_path))['plan']}"
    first, second = written(tmp_path, plan()), written(tmp_path, msgspec.structs.replace(plan(), run="run-2"))
    os.utime(first, (2_000_000_000, 2_000_000_000))
    assert '"run":"run-2"' in sh(asked).stdout
    assert sh(runs.resumed(shlex.quote(str(first)), {"who": "bob"})).returncode == 0
    assert '"run":"run-1"' in sh(asked).stdout
    assert runs.read_journal((first / "journal").read_text())[-1]["event"] == "resumed"
    assert second.is_dir()


def test_all_of_it_is_for_its_owner_only(tmp_path):
    folder = written(tmp_path, plan())
    assert {oct(path.stat().st_mode & 0o777) for path in folder.iterdir()} == {"0o600"}
    assert oct(folder.stat().st_mode & 0o777) == "0o700"


def test_a_note_after_a_torn_line_is_readable(tmp_path):
    (tmp_path / "journal").write_text('{"event":"ru')
    assert sh(runs.note(shlex.quote(str(tmp_path)), "failed", why=NASTY, half=True)).returncode == 0
    (entry,) = runs.read_journal((tmp_path / "journal").read_text())
    assert (entry["event"], entry["why"], entry["half"]) == ("failed", NASTY, True)


def test_activity_changes_with_every_step_and_not_with_a_lock_taken_over(tmp_path):
    (tmp_path / "runs" / "run-1").mkdir(parents=True)
    ask = runs.activity_command(shlex.quote(str(tmp_path)))
    seen = [sh(ask).stdout]
    for event, entry in (("begin", {"step": "01-stop"}), ("end", {"step": "01-stop"}), ("left", {"by": "run-2"})):
        sh(runs.note(shlex.quote(str(tmp_path / "runs" / "run-1")), event, **entry))
        seen.append(sh(ask).stdout)
    assert len(set(seen)) == 3
    assert seen[-1] == seen[-2]


def test_a_run_is_not_begun_when_another_was_at_work_since_it_was_planned(tmp_path):
    folder = shlex.quote(str(tmp_path))
    seen = sh(runs.activity_command(folder)).stdout.strip()
    (script,) = runs.begin(folder, {"who": "ada"}, plan(), seen)
    assert sh(script).returncode == 0
    sh(runs.note(shlex.quote(str(tmp_path / "runs" / "run-1")), "begin", step="01-stop"))
    late = Plan(task="full-rollback", purpose="", steps=[], run="run-2")
    (script,) = runs.begin(folder, {"who": "bob"}, late, seen)
    assert sh(script).returncode == runs.MOVED
    assert not (tmp_path / "runs" / "run-2").exists()


def test_what_closes_a_proven_run_knows_whose_it_was(tmp_path):
    said = tmp_path / "closed"
    closing = f'printf "%s\\n" "$RUN" "$TASK" "$WHO" "$MACHINE" > {said}'
    made = msgspec.structs.replace(plan(), closing=closing)
    folder = written(tmp_path, made)
    assert sh(runs.finish(shlex.quote(str(folder)), made)).returncode == 0
    assert said.read_text().splitlines()[:2] == ["run-1", "full-rollback"]
    assert runs.read_journal((folder / "journal").read_text())[-1]["event"] == "proven"

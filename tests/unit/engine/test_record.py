"""A run's story, put together from whatever a crash has left of it."""

from __future__ import annotations

import json
import subprocess

import msgspec
import pytest

from tasks.console.errors import Refused
from tasks.engine import journaled, record
from tasks.engine.before import ReleaseBefore
from tasks.engine.plan import Plan, Step
from tasks.ssh import scripts
from tasks.ssh.shell import Answer
from tests.unit.support.scripted import Scripted

STOP = Step(name="stop", title="The stop", script="true", commands=("stop",), effects=("stops",))
STEPS = [STOP, Step(name="start", title="The start", script="true", commands=("start",), effects=("starts",))]
PLAN = Plan(task="full-rollback", purpose="back", steps=STEPS, run="run-1")
SAFE = [("stop", "stops"), ("snapshot", "snapshots"), ("downgrade", "migrates"), ("start", "starts")]
ENTRIES = [
    {"at": 1.0, "event": "run", "run": "run-1", "who": "ada", "machine": "laptop"},
    {"at": 2.0, "event": "begin", "step": "01-stop", "try": 1, "half": True},
    {"at": 4.5, "event": "end", "step": "01-stop", "try": 1, "half": True, "code": 0},
    {"at": 5.0, "event": "begin", "step": "02-start", "try": 1, "half": True},
    {"at": 6.0, "event": "end", "step": "02-start", "try": 1, "half": False, "code": 0},
    {"at": 7.0, "event": "proven", "half": False},
]


def told(journal: str, tries: str = "", lock: str = "") -> record.RunRecord:
    plan = msgspec.json.encode({"format": 2, "owner": {"who": "ada"}, "plan": PLAN}).decode()
    texts = {"plan": plan, "journal": journal, "tries": tries, "lock": lock, "now": "9", "answers": ""}
    return record.parse({name: Answer(text, "", 0) for name, text in texts.items()})


def lines(entries: list[dict]) -> str:
    return "".join(json.dumps(entry) + "\n" for entry in entries)


@pytest.mark.parametrize("count", range(len(ENTRIES) + 1))
@pytest.mark.parametrize("torn", ["", '{"at":9.0,"event":"be'])
def test_a_journal_that_ends_between_any_two_lines_is_readable(count, torn):
    known = told(lines(ENTRIES[:count]) + torn)
    assert known.plan == PLAN
    assert known.state == ("done and verified" if count == len(ENTRIES) else "cut off")
    assert known.partially_applied == (2 <= count <= 4)
    assert known.over == (count == len(ENTRIES))


def test_steps_are_told_by_what_lies_beside_the_journal():
    known = told(lines(ENTRIES[:4]), tries="01-stop.1 gone 0\n02-start.1 alive\n")
    assert [step.state for step in known.steps] == ["done", "running"]
    assert known.steps[0].seconds == 2.5
    set_back = [{**entry, "at": entry["at"] - 3600 * (entry["event"] == "end")} for entry in ENTRIES[:4]]
    assert told(lines(set_back), tries="01-stop.1 gone 0\n").steps[0].seconds is None, "the clock was set meanwhile"
    assert known.state == "a step goes on without its operator"


@pytest.mark.parametrize(
    ("tries", "state", "count", "code"),
    [
        ("", "waiting", 0, None),
        ("01-stop.1 alive", "running", 1, None),
        ("01-stop.1 gone", "cut off", 1, None),
        ("01-stop.1 gone 3", "failed", 1, 3),
        ("01-stop.2 gone 0\n01-stop.1 gone 3", "done", 2, 0),
        ("\n".join(f"01-stop.{n} gone 3" for n in range(1, 12)), "failed", 11, 3),
    ],
)
def test_the_last_try_counts(tries, state, count, code):
    step = told("", tries).steps[0]
    assert (step.state, step.tries, step.code) == (state, count, code)


@pytest.mark.parametrize(
    ("tries", "holds"),
    [
        ("", False),
        ("01-stop.1 gone 1", False),
        ("01-stop.1 gone 0", False),
        ("01-stop.1 gone 0\n02-start.1 gone 1", False),
        ("01-stop.1 gone 0\n02-start.1 gone", False),
        ("01-stop.1 gone 0\n02-start.1 alive", True),
        ("01-stop.1 gone 0\n02-start.1 gone 0", True),
    ],
)
def test_what_a_later_step_relies_on_is_done_anew_unless_that_one_goes_on_or_is_done(tries, holds):
    assert told("", tries).holds(1) is holds


def test_an_earlier_step_that_goes_on_does_not_make_a_used_snapshot_good_again():
    steps = [Step(name=name, title="", script="", effects=(effect,)) for name, effect in SAFE]
    plan = msgspec.json.encode({"format": 2, "plan": Plan(task="full-rollback", purpose="back", steps=steps)}).decode()
    tries = "01-stop.2 alive\n02-snapshot.1 gone 0\n03-downgrade.1 gone 1\n"
    texts = {"plan": plan, "journal": "", "tries": tries, "lock": "", "now": "9", "answers": ""}
    known = record.parse({name: Answer(text, "", 0) for name, text in texts.items()})
    assert not known.holds(2)


@pytest.mark.parametrize(("tries", "attempt"), [("", 1), ("01-stop.1 gone 1", 2), ("01-stop.1 alive", 1)])
def test_a_step_that_goes_on_is_taken_up_and_one_that_ended_is_tried_anew(tries, attempt):
    assert told("", tries).attempt(1) == attempt


@pytest.mark.parametrize(
    ("event", "word"),
    [("failed", "failed"), ("interrupted", "interrupted"), ("undone", "taken back"), ("left", "left as it was")],
)
def test_the_last_word_counts(event, word):
    assert told(lines([*ENTRIES[:3], {"event": event}])).state == word


def test_a_failed_run_that_was_taken_up_and_cut_is_cut_off():
    assert told(lines([*ENTRIES[:3], {"event": "failed"}, {"event": "resumed"}])).state == "cut off"


def test_a_run_whose_client_lives_is_running():
    assert told(lines(ENTRIES[:2]), lock='LIVE\n{"run":"run-1"}\n5').state == "running"
    assert told(lines(ENTRIES[:2]), lock='LIVE\n{"run":"run-2"}\n5').state == "cut off"


@pytest.mark.parametrize(
    "plan", ["{", "[]", '{"format": 2}', '{"format": 2, "plan": 5}', '{"format": 2, "plan": {"task": "x"}}']
)
def test_a_plan_that_cannot_be_read_is_refused_in_one_line(plan):
    names = ("journal", "tries", "lock", "now", "answers")
    with pytest.raises(Refused, match="cannot be read") as refused:
        record.parse({"plan": Answer(plan, "", 0), **{name: Answer("", "", 0) for name in names}})
    assert "\n" not in refused.value.message


def test_journals_of_many_runs_are_told_apart():
    out = f"= run-1\n{lines(ENTRIES[:1])}\n= run-2\n\n= run-3\nnonsense\n[1]\n"
    assert journaled.journals(out) == {"run-1": ENTRIES[:1], "run-2": [], "run-3": []}


@pytest.mark.parametrize(("plan", "written"), [('{"plan": {}}', "format 1"), ('{"format": 3, "plan": {}}', "format 3")])
def test_a_run_of_another_version_is_neither_shown_nor_taken_up_nor_taken_back(plan, written):
    texts = {"plan": plan, "journal": "", "tries": "", "lock": "", "now": "9", "answers": ""}
    with pytest.raises(Refused, match=written) as refused:
        record.parse({name: Answer(text, "", 0) for name, text in texts.items()})
    assert "\n" not in refused.value.message


def test_what_was_found_before_a_run_is_of_its_kind_again():
    before = ReleaseBefore(commit="a" * 40, images={"app": "shop:a"}, snapshot="d__snap_1")
    plan = msgspec.structs.replace(PLAN, before=before)
    texts = {"plan": json.dumps({"format": 2, "plan": msgspec.to_builtins(plan)}), "journal": "", "tries": ""}
    answers = {
        name: Answer(texts.get(name, ""), "", 0) for name in ("plan", "journal", "tries", "lock", "now", "answers")
    }
    assert record.parse(answers).plan.before == before


def test_a_host_that_knows_no_such_run_is_named():
    host = Scripted().replies(lambda name: "")
    with pytest.raises(Refused, match="u@h:22: no run r9"):
        record.read(host, "r9")
    with pytest.raises(Refused, match="u@h:22: no run yet"):
        record.read(host)


def test_of_a_run_of_another_version_its_journal_is_known():
    run = {"at": 1.0, "event": "run", "run": "run-0", "task": "undo", "who": "ada", "machine": "laptop"}
    texts = {
        "plan": '{"plan": {}}',
        "journal": lines([run, *ENTRIES[1:5]]),
        "tries": "01-stop.1 gone 0",
        "lock": "",
        "now": "9",
        "answers": "",
    }
    with pytest.raises(record.OtherFormat) as other:
        record.parse({name: Answer(text, "", 0) for name, text in texts.items()})
    known = other.value.known
    assert (known.run, known.plan.task, known.owner["who"], known.now) == ("run-0", "undo", "ada", 9.0)
    assert (known.steps, known.plan.steps, known.state, known.partially_applied) == ([], [], "cut off", False)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("20260101-000000-aa", "20260101-000000-aa"),
        ("20260102", "20260102-000000-bb"),
        ("20260101", ""),
        ("last", "20260101-000000-ab"),
    ],
)
def test_a_run_is_named_by_how_it_begins_unless_several_do(tmp_path, name, meant):
    for run in ("20260101-000000-aa", "20260101-000000-ab", "20260102-000000-bb"):
        (tmp_path / "runs" / run).mkdir(parents=True)
    (tmp_path / "last").write_text("20260101-000000-ab\n")
    script = scripts.PACKAGE / "engine" / "find-run.sh"
    found = subprocess.run(["sh", script, name], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == meant

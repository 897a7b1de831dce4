"""What --json prints, against docs/schema.json: one document, whatever happens, of the form that is promised."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from fabric.main import make_program
from invoke import Context
from msgspec import to_builtins

import tasks
from tasks.console import terminal
from tasks.console.errors import Failed, Held, Refused
from tasks.engine import display, history
from tasks.engine.document import document
from tasks.engine.world import Check, Outcome
from tasks.incident import timeline as incidents
from tasks.playbooks import full_rollback
from tasks.preflight import release_check
from tasks.preflight.backups import backup_list
from tasks.preflight.backups.backup_files import Found
from tasks.preflight.backups.finding import Newest
from tasks.preflight.checks import checkup, diagnosis, overview
from tasks.preflight.history import stats
from tasks.preflight.history.ledger import Entry
from tasks.preflight.history.past import Past
from tasks.preflight.needs import gathering, needs_table
from tasks.preflight.present import state
from tasks.preflight.release_check import Checked
from tasks.preflight.revisions.previewed import Found as Finding
from tasks.preflight.revisions.previewed import Preview
from tasks.preflight.target import commit_choice
from tasks.steps import about, check, containers, git, incident, release, runs, status, verify
from tests.unit.engine.test_history import STEPS, record
from tests.unit.support import deployment, needs, reports
from tests.unit.support import incidents as made_up
from tests.unit.support.deployment import GOOD, examined
from tests.unit.support.scripted import Scripted, planned

SCHEMA = json.loads((Path(__file__).parent.parent.parent / "docs" / "schema.json").read_text())
LOOKS = overview.overview(Scripted(), examined(), Past(), overview.Runs(), Newest())
OUTCOME = Outcome(
    run="r",
    task="t",
    purpose="p",
    steps=[{"step": "stop", "seconds": 1.5}],
    checks=[],
    seconds=2.0,
    recovery=None,
    outage=None,
    back="",
)


def valid(name: str, found: Any) -> Any:
    """Return a document that is as the schema promises it under `name`."""
    jsonschema.validate(found, {"$ref": f"#/$defs/{name}", "$defs": SCHEMA["$defs"]})
    return found


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$defs"]["unchanged"]["properties"]["schema_version"] == {"const": terminal.SCHEMA_VERSION}


@pytest.mark.parametrize("name", tasks.ns.task_names)
def test_every_task_prints_a_document_and_the_schema_says_which(name):
    assert "json" in {argument.name for argument in tasks.ns[name].get_arguments()}
    assert name in SCHEMA["$defs"]


def test_every_task_that_changes_can_be_quiet_or_say_all():
    options = {name: {argument.name for argument in tasks.ns[name].get_arguments()} for name in tasks.ns.task_names}
    changes = [name for name in options if "yes" in options[name] or name == "release.record"]
    changes.remove("init")  # it changes files here, and no host
    assert [name for name in changes if not {"quiet", "verbose"} <= options[name]] == []


def emitted(capsys, emit) -> Any:
    with terminal.told_as(json=True):
        emit()
    return json.loads(capsys.readouterr().out)


def test_a_plan_names_its_scripts_and_does_not_hold_them(capsys):
    plan = full_rollback.plan(reports.rollback(reports.DOWN))
    found = valid("full-rollback", emitted(capsys, lambda: terminal.emit_json(document(plan))))
    steps = {step["name"]: step for step in found["steps"]}
    assert steps["stop"]["script"] == "tools/compose/containers/stop.sh api web worker"
    assert steps["snapshot"]["script"].startswith("tools/postgres/copies/clone-or-dump.sh d__snap_")
    assert steps["keep-and-build-and-rehearse"]["files"]["keep.sh"].startswith("tools/compose/images/keep.sh ")
    assert "COMPOSE_FILES" not in json.dumps(found)


def test_a_run_that_was_proven_or_had_nothing_to_do_is_a_document(capsys):
    valid("undo", emitted(capsys, lambda: display.outcome(OUTCOME, "")))
    assert valid("git.checkout", emitted(capsys, lambda: terminal.emit_json({"changed": False})))


@pytest.mark.parametrize(
    ("error", "kind", "code"),
    [(Refused("no"), "refused", 2), (Failed("no"), "failed", 1), (Held("no"), "locked", 3)],
)
def test_what_ends_early_is_a_document_that_says_how(capsys, error, kind, code):
    with pytest.raises(type(error)), terminal.told_as(json=True):
        raise error
    found = valid("error", json.loads(capsys.readouterr().out))
    assert (found["error"]["kind"], found["exit"]) == (kind, code)


def test_a_ctrl_c_is_a_document_as_well(capsys):
    with pytest.raises(KeyboardInterrupt), terminal.told_as(json=True):
        raise KeyboardInterrupt
    assert valid("error", json.loads(capsys.readouterr().out))["error"]["message"] == "Interrupted."


@pytest.mark.parametrize(
    "line", ["status --jsn --json", "statu --json", "-H h:x status --json", "git.log --count --json"]
)
def test_what_reaches_no_task_is_a_document_as_well(monkeypatch, capsys, tmp_path, line):
    program = make_program()
    monkeypatch.setattr("fabric.main.program", program)
    (tmp_path / "fabfile.py").write_text(
        "import tasks\nfrom tasks.engine import mounting\nns = mounting.offer(tasks.ns)\n"
    )
    with pytest.raises(SystemExit):
        program.run(["fab", "--search-root", str(tmp_path), *line.split()])
    assert valid("error", json.loads(capsys.readouterr().out))["exit"] == 2


def test_the_status_is_told_under_stable_names(mocker, capsys):
    mocker.patch.object(overview, "look", return_value=LOOKS)
    planned(mocker, status.status, json=True)
    (found,) = valid("status", json.loads(capsys.readouterr().out))
    assert (found["commit"], found["revision"], found["needed"]) == ("a" * 40, ["two"], ["two"])
    assert found["health"] == [{"url": "http://127.0.0.1:8000/health", "status": 200, "ok": True, "said": ""}]
    assert found["lines"]["code"].endswith("(a subject), main")


LISTED = Found("b/d.dump", 2000, 1, "custom", "sha256", ("two",), taken=1, ours=True)
RELEASE = Entry(event="good", commit=GOOD, at=1.0, images={"app": "sha256:1"}, task="release.record")
DROPS = Preview("two", "Add", "two.py", "destroys", [Finding("destroys", 4, "drops column t.a", 4, 3)])
CHECKED = Checked(
    commit=GOOD, subject="s", can="without loss", line="it can", revision=["one"], to=["two"], migrations=[DROPS]
)
CHECKS = [Check("commit", "git HEAD", "abc", True)]


@pytest.mark.parametrize(
    ("name", "task", "met"),
    [
        ("git.log", git.log, (commit_choice, "candidates", ([reports.COMMIT], Past(positions=[GOOD])))),
        ("git.last-good", git.last_good, (commit_choice, "find_last_good", (GOOD, "recorded"))),
        ("verify", verify.verify, (checkup, "look", CHECKS)),
        ("containers.status", containers.status, (state, "look", deployment.state())),
        ("release.list", release.list_, (Scripted, "ask", [RELEASE])),
        ("release.check", release.check, (release_check, "check", CHECKED)),
        ("runs.list", runs.list_, (Scripted, "ask", {"r1": [{"event": "run", "at": 1.0}], "r2": []})),
        ("incident.checklist", incident.checklist, (incidents, "read", made_up.incident())),
    ],
)
def test_what_a_task_found_is_as_promised(mocker, capsys, name, task, met):
    mocker.patch.object(*met[:2], return_value=met[2])
    planned(mocker, task, json=True)
    valid(name, json.loads(capsys.readouterr().out))


def test_the_tool_tells_its_version_without_a_host(capsys):
    about.about(Context(), json=True)
    found = valid("about", json.loads(capsys.readouterr().out))
    assert found["groups"][0]["title"] == "Playbooks"
    assert {entry["name"] for group in found["groups"] for entry in group["tasks"]} == set(tasks.ns.task_names)


def test_a_diagnosis_is_as_promised(capsys):
    found = diagnosis.judge(deployment.environment(), {"h": examined()}, diagnosis.LastGood())
    valid("diagnose", emitted(capsys, lambda: terminal.emit_json(to_builtins(found))))


def test_a_run_is_as_promised(capsys):
    valid("runs.show", emitted(capsys, lambda: terminal.emit_json({**history.describe(record(*STEPS)), "logs": {}})))
    valid("resume", emitted(capsys, lambda: terminal.emit_json(history.describe(record()))))


def test_what_is_needed_is_as_promised(mocker, capsys):
    mocker.patch.object(gathering, "judged", return_value=needs_table.of(needs.looked(told=None)))
    planned(mocker, check.check, json=True)
    found = valid("check", json.loads(capsys.readouterr().out))
    assert found["ok"]
    assert {"name": "notification", "cure": "fab check --notify"}.items() <= found["hosts"]["u@h:22"][-2].items()


def test_the_figures_are_as_promised(mocker, capsys):
    known = stats.history([RELEASE], {})
    mocker.patch.object(stats, "read", return_value=stats.of(known, ["1969-12", "1970-01"]))
    planned(mocker, release.stats, json=True)
    found = valid("release.stats", json.loads(capsys.readouterr().out))
    assert [month["deployments"] for month in found["months"]] == [None, 1]


def test_a_listed_backup_is_as_promised(capsys):
    valid("backups.list", emitted(capsys, lambda: terminal.emit_json([backup_list.as_dict(LISTED, 5)])))

"""The full rollback reads like the runbook: what it does, in which order, and what it proves."""

from __future__ import annotations

import pytest
from msgspec import structs

from tasks.console.commands import render
from tasks.playbooks.full_rollback import plan
from tasks.preflight.rollback_report import RollbackOptions
from tests.unit.support import reports
from tests.unit.support.deployment import GOOD, HEAD, container, environment, state
from tests.unit.support.reports import DOWN, STAYS, named

FLEET = environment(hosts=[{"host": "one"}, {"host": "two"}])
ORDER = ["stop", "snapshot", "downgrade", "checkout", "start"]


def test_on_several_hosts_each_step_of_the_runbook_stands_for_itself():
    made = plan(reports.rollback(DOWN, environment=FLEET))
    assert named(made) == ["keep", "build", "rehearse", *ORDER]


def test_on_one_host_the_build_and_the_rehearsal_run_side_by_side():
    assert named(plan(reports.rollback(DOWN))) == ["keep-and-build-and-rehearse", *ORDER]


def test_in_a_swarm_what_no_registry_has_is_carried_in_a_step_of_its_own():
    made = plan(reports.in_swarm(reports.rollback(DOWN)))
    assert named(made) == ["keep", "build", "carry", "rehearse", *ORDER]


def test_stop_first_is_the_same_list_with_the_stop_before_what_prepares():
    made = plan(reports.rollback(DOWN, environment=FLEET), stop_first=True)
    assert named(made) == ["stop", "keep", "build", "rehearse", "snapshot", "downgrade", "checkout", "start"]


def test_a_schema_that_stays_is_left_alone():
    made = plan(reports.rollback(STAYS))
    assert named(made) == ["keep", "build", "stop", "checkout", "start"]
    assert made.before.snapshot == ""


@pytest.mark.parametrize(("left_out", "gone"), [({"safety": None}, "snapshot"), ({"rehearse": False}, "rehearse")])
def test_what_the_operator_leaves_out_is_not_done(left_out, gone):
    report = reports.rollback(DOWN, environment=FLEET)
    if "rehearse" in left_out:
        report = structs.replace(report, migration=reports.migration(rehearse=False))
    else:
        report = structs.replace(report, **left_out)
    assert gone not in named(plan(report))


def test_it_proves_commit_revision_images_and_health():
    proof = plan(reports.rollback(DOWN)).expect
    assert (proof.commit, proof.revision, proof.healthy) == (GOOD, ["one"], True)
    assert proof.images == {name: f"app_{name}:{GOOD}" for name in ("api", "web", "worker")}
    assert proof.services == ["api", "worker", "web", "db"]


def test_undo_can_come_back_to_what_is_left():
    made = plan(reports.rollback(DOWN))
    assert made.back.strip("\ue000\ue001") == "undo"
    assert (made.before.commit, made.before.revision, made.before.snapshot) == (HEAD, ["two"], f"d__snap_{reports.RUN}")
    assert made.before.images == {"api": f"app_api:{HEAD}"}
    assert made.before.running == ["api", "db"]


def test_undo_does_not_demand_of_a_service_that_it_is_well_where_it_was_not_yet():
    seen = state(container("api", health="starting"), container("db", health="healthy"))
    assert plan(reports.rollback(DOWN, state=seen)).before.running == ["db"]


def test_the_ledger_then_says_that_what_was_left_is_bad_and_the_target_good():
    closing = plan(reports.rollback(DOWN)).closing
    bad, good = closing.splitlines()
    assert '"event": "bad"' in bad and HEAD in bad
    assert '"event": "good"' in good and f"app_api:{GOOD}" in good


def test_the_plan_is_the_run_that_the_preflight_was_made_for():
    made = plan(reports.rollback(facts=["f"], warnings=["w"], questions=["q"]))
    assert (made.run, made.activity) == (reports.RUN, "a")
    assert (made.facts, made.warnings, made.questions) == (["f"], ["w"], ["q"])


def test_a_rebuild_is_without_cache():
    made = plan(reports.rollback(options=RollbackOptions(rebuild=True)))
    assert made.steps[1].commands[0].startswith("docker-compose build --no-cache ")


def test_where_a_rehearsal_found_no_way_up_again_the_way_back_is_the_snapshot_if_one_is_made():
    report = reports.rollback(DOWN, migration=reports.migration(one_way=True))
    made = plan(report)
    assert render(made.back) == f"fab undo --run {reports.RUN} --restore-snapshot"
    assert [step.back for step in made.steps if step.name == "downgrade"] == [made.back]
    assert plan(structs.replace(report, safety=None)).back == ""

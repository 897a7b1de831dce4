"""What every playbook does to services is what its steps say: the checklist goes by nothing else."""

from __future__ import annotations

import re

import pytest

from tasks.engine.plan import Plan
from tasks.incident.checklist import checklist
from tasks.playbooks import code_rollback, emergency_restore, full_rollback, undo
from tasks.preflight.restore_report import RestoreOptions
from tasks.steps import containers, database
from tests.unit.playbooks.test_undo import RELEASE, SCHEMA, SWAPPED
from tests.unit.support import reports
from tests.unit.support.incidents import PROVEN, incident
from tests.unit.support.reports import DOWN, STAYS, UP

EFFECTS = {  # of the scripts that do anything to services
    "stop.sh": {"stops"},
    "down.sh": {"stops"},
    "restart.sh": {"stops", "starts"},
    "recreate.sh": {"stops", "starts"},
    "up.sh": {"starts"},
    "start-existing.sh": {"starts"},
}
SCRIPT = re.compile(r"\$SCRIPTS/tools/compose/containers/([\w-]+\.sh)")


def restored(**options: bool) -> Plan:
    return emergency_restore.restore_plan(
        reports.restore(stopping=["api"], options=RestoreOptions(stop=True, **options), dump_to="backups/d.dump")
    )


def restarted(recreate: bool) -> Plan:
    return containers.restart_plan(reports.services(), "container-restart", recreate=recreate, healthy=True)


PLANS: dict[str, Plan] = {
    "full-rollback": full_rollback.plan(reports.rollback(DOWN)),
    "full-rollback --stop-first": full_rollback.plan(reports.rollback(STAYS), stop_first=True),
    "code-rollback": code_rollback.plan(reports.rollback()),
    "migration-rollback": database.downgrade_plan(reports.downgrade(stopping=["api"]), "migration-rollback"),
    "container-restart": restarted(recreate=False),
    "container-restart --recreate": restarted(recreate=True),
    "emergency-restore": restored(),
    "emergency-restore --online": restored(online=True),
    "emergency-restore --in-place": restored(in_place=True),
    "undo a release": undo.to_release(reports.rollback_undo(RELEASE, UP)),
    "undo a schema": undo.to_schema(reports.rollback_undo(SCHEMA, UP, images=[], stopping=["api"])),
    "undo a restore": undo.to_database(reports.restore_undo(SWAPPED, incoming="d__old_1", stopping=["api"])),
}


@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
def test_a_step_says_what_its_scripts_do_to_services(plan):
    for step in plan.steps:
        scripts = "\n".join([step.script, *step.files.values()])
        done = set().union(*(EFFECTS.get(name, set()) for name in SCRIPT.findall(scripts)))
        assert {effect for effect in step.effects if effect in ("stops", "starts")} == done, step.name


@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
def test_after_a_playbook_the_checklist_knows_that_services_were_stopped_and_started(plan):
    lines = [{"at": 1.0, "event": "run", "task": plan.task}]
    for number, step in enumerate(plan.steps, start=1):
        known = {"step": f"{number:02}-{step.name}", "try": 1, "effects": list(step.effects)}
        lines.append({"at": 1.0 + number, "event": "end", "code": 0, **known})
    items = {item.text: item for item in checklist(incident([*lines, {"at": 99.0, **PROVEN}]))}
    assert items["Stopped affected services"].done
    assert items["Restarted services"].done


def test_a_restore_in_place_says_where_it_drops_the_database():
    dropping = [step.name for step in PLANS["emergency-restore --in-place"].steps if "drops" in step.effects]
    assert dropping == ["drop"]
    assert not [step for step in PLANS["emergency-restore"].steps if "drops" in step.effects]


@pytest.mark.parametrize("name", ["full-rollback", "migration-rollback", "undo a release", "undo a schema"])
def test_a_change_of_the_schema_says_where_its_snapshot_is_made(name):
    assert [step.name for step in PLANS[name].steps if "snapshots" in step.effects] == ["snapshot"]

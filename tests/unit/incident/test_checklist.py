"""The checklist is ticked by what happened, never by what was meant to."""

from __future__ import annotations

import pytest
from msgspec import structs

from tasks.console.commands import render
from tasks.engine.plan import Expectation, Step
from tasks.engine.record import StepStatus
from tasks.incident.cause import Cause
from tasks.incident.checklist import checklist
from tasks.incident.timeline import timeline
from tasks.incident.together import own_runs
from tasks.preflight.present.state import State
from tests.unit.support.deployment import container
from tests.unit.support.incidents import BAD, GOOD, PROVEN, RUN, incident, journal, run

CAUSE = Cause("app", "RuntimeError: bad deploy")

ALL = [
    "Identified the issue type",
    "Found the last known good state",
    "Stopped affected services",
    "Reverted to previous state",
    "Restarted services",
    "Verified functionality with `fab verify`",
    "Communicated status to team",
    "Documented the incident",
]


def ticked(made) -> list[str]:
    return [item.text for item in checklist(made) if item.done]


def test_its_lines_are_those_of_the_runbook_and_nothing_is_ticked_without_a_run():
    items = checklist(incident())
    assert [item.text for item in items] == ALL
    assert not any(item.done for item in items)
    assert all(render(item.command).startswith("fab ") and item.evidence for item in items)


def test_a_proven_rollback_ticks_all_but_the_word_to_the_team_and_the_document():
    assert ticked(incident(journal((*"x", "stop", "checkout", "start"), 0, PROVEN), cause=CAUSE)) == ALL[:6]


def test_what_is_unknown_is_not_identified():
    first = checklist(incident(journal(("stop", "start"), 0, PROVEN)))[0]
    assert (first.done, first.evidence) == (False, f"no error in the logs that run {RUN} kept says which")
    first = checklist(incident(journal(("stop", "start"), 0, PROVEN), cause=CAUSE))[0]
    assert first.done and first.evidence.startswith("code: RuntimeError: bad deploy (the log of app")


def test_a_playbook_for_one_type_of_issue_was_chosen_for_it():
    lines = journal(("stop", "start"), 0, PROVEN)
    first = checklist(incident(lines, main=run(lines, task="migration-rollback")))[0]
    assert (first.done, first.evidence) == (True, f"database (migration-rollback, run {RUN})")


def test_a_state_that_the_run_did_not_prove_healthy_is_not_known_to_be_good():
    failed = checklist(incident(journal(("stop",), 1)))[1]
    lines = journal(("stop", "start"), 0, PROVEN)
    crashing = Expectation(commit=BAD)
    undone = checklist(incident(lines, main=run(lines, task="undo", expect=crashing)))[1]
    assert (failed.done, undone.done) == (False, False)
    assert failed.evidence == f"commit {GOOD[:12]}, revision 8d24: run {RUN} did not prove it healthy"
    assert render(undone.command) == "fab git.last-good"


def test_the_word_to_the_team_and_the_document_are_ticked_by_the_journal():
    told = ({"event": "notified", "what": "1 of 1"}, {"event": "documented", "what": "in r.md on laptop"})
    items = checklist(incident(journal(("stop", "start"), 0, PROVEN, *told), cause=CAUSE))
    assert [item.text for item in items if item.done] == ALL
    assert "r.md on laptop" in items[-1].evidence


def test_what_another_run_did_ticks_nothing_of_this_one():
    told = ({"event": "notified", "what": "1 of 1"}, {"event": "documented", "what": "in r.md on laptop"})
    before = {"before": journal(("stop", "start"), 0, PROVEN, *told)}
    both = {**before, RUN: journal(("checkout",), 0, PROVEN)}
    main = run(both[RUN], steps=[Step(name="x", title="", script="", effects=("stops", "starts"))])
    made = incident(both[RUN], main=main, own=own_runs(both, RUN), entries=timeline(both))
    assert ticked(made) == [ALL[1], ALL[3], ALL[5]]


def test_a_step_run_by_hand_after_the_playbook_counts_as_its_own():
    by_hand = [{**entry, "task": "containers.start"} for entry in journal(("start",))]
    both = {RUN: journal(("stop",), 1), "step": by_hand}
    assert ALL[4] in ticked(incident(both[RUN], own=own_runs(both, RUN), entries=timeline(both)))


def test_a_step_counts_by_what_it_did_whatever_it_is_called():
    lines = journal(("recreate",), 0, PROVEN)
    assert {ALL[2], ALL[4]} <= set(ticked(incident(lines)))
    for entry in lines:
        entry.pop("effects", None)
    main = run(lines, steps=[Step(name="recreate", title="", script="", effects=("stops", "starts"))])
    assert not {ALL[2], ALL[4]} & set(ticked(incident(lines, main=main)))


def test_a_failed_step_is_not_ticked():
    assert ticked(incident(journal(("stop",), 1))) == []


def test_a_head_that_moved_after_the_proof_is_not_reverted():
    made = incident(journal(("stop", "start"), 0, PROVEN), head=BAD)
    items = {item.text: item for item in checklist(made)}
    assert not items[ALL[3]].done
    assert items[ALL[3]].evidence == f"git HEAD: {BAD[:12]}"


@pytest.mark.parametrize(
    ("status", "code", "command"),
    [("exited", 0, "fab containers.start"), ("exited", 1, "fab diagnose"), ("restarting", 1, "fab diagnose")],
)
def test_a_container_that_died_after_the_proof_unticks_the_restart_and_is_started_only_where_it_was_stopped(
    status, code, command
):
    made = incident(journal(("stop", "start"), 0, PROVEN), status=status)
    down = structs.replace(made.seen.containers[0], exit_code=code)
    made = structs.replace(made, seen=structs.replace(made.seen, containers=[down, made.seen.containers[1]]))
    (item,) = (item for item in checklist(made) if item.text == ALL[4])
    assert (item.done, item.evidence, render(item.command)) == (False, f"app: {status}", command)


def test_what_a_proven_run_did_not_need_is_not_left_to_be_done():
    lines = journal(("checkout",), 0, PROVEN)
    without = checklist(incident(lines))
    assert (without[2].done, without[2].evidence) == (True, f"not needed: run {RUN} was proven without")
    failed = checklist(incident(journal(("checkout",), 1)))
    assert not failed[2].done and not failed[4].done


def test_a_health_address_that_fails_now_unticks_the_verification():
    items = {i.text: i for i in checklist(incident(journal(("stop", "start"), 0, PROVEN), code=500))}
    assert not items[ALL[5]].done
    assert "500" in items[ALL[5]].evidence


def test_a_run_that_stands_half_way_is_to_be_resumed():
    half = {"event": "failed", "step": "start", "why": "no", "half": True}
    items = {i.text: i for i in checklist(incident(journal(("stop", "start"), 1, half)))}
    assert render(items[ALL[3]].command) == "fab resume"


def test_a_run_of_which_only_the_proof_is_left_is_to_be_resumed():
    unproven = {"event": "failed", "step": "start", "why": "not proven: x: 404", "half": False}
    lines = journal(("stop", "start"), 0, unproven)
    steps = [StepStatus(name="01-start", title="", commands=(), state="done")]
    items = {i.text: i for i in checklist(incident(lines, main=structs.replace(run(lines), steps=steps)))}
    assert render(items[ALL[3]].command) == "fab resume"


@pytest.mark.parametrize(
    ("health", "how"),
    [("healthy", "healthy by run RUN: by the health checks of app"), ("", "to run by run RUN")],
)
def test_where_no_health_address_is_asked_it_says_what_proved_it(health, how):
    seen = State(head=GOOD, containers=[container("app", health=health), container("db")], revision=["8d24"])
    found = checklist(incident(journal(("stop", "start"), 0, PROVEN), seen=seen))[1]
    said = f"proven {how}; no health address is named".replace("RUN", RUN)
    assert found.done and found.evidence.endswith(said)

"""Which runs are one incident, and which of them it is about."""

from __future__ import annotations

from tasks.console.units import moment
from tasks.incident import timeline as incident

DAY = 24 * 3600


def began(at: float, task: str) -> list[dict]:
    return [{"event": "run", "at": at, "task": task}]


JOURNALS = {
    "old": began(0, "full-rollback"),
    "main": began(DAY * 9, "code-rollback"),
    "step": began(DAY * 9 + 60, "containers.restart"),
}


def test_a_step_run_after_the_playbook_belongs_to_the_same_incident():
    together = incident.of_one_incident(JOURNALS)
    assert list(together) == ["main", "step"]
    assert incident.main_run(together) == "main"


def test_steps_alone_are_an_incident_about_the_last_of_them():
    alone = {"a": began(1, "git.checkout"), "b": began(2, "containers.rebuild")}
    assert incident.main_run(incident.of_one_incident(alone)) == "b"


def test_a_run_that_is_named_is_the_one():
    assert incident.main_run(JOURNALS, "step") == "step"
    assert list(incident.of_one_incident(JOURNALS, "old")) == ["old"]


def test_without_runs_there_is_no_incident():
    assert incident.of_one_incident({}) == {}


def test_a_journal_without_times_does_not_stop_the_report():
    entry = incident.timeline({"torn": [{"event": "run"}]})[0]
    assert moment(entry.at) == "at an unknown time"

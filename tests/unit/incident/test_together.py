"""Which runs are one incident, and which of them it is about."""

from __future__ import annotations

from tasks.incident import together

DAY = 24 * 3600


def began(at: float, task: str) -> list[dict]:
    return [{"event": "run", "at": at, "task": task}]


JOURNALS = {
    "old": began(0, "full-rollback"),
    "main": began(DAY * 9, "code-rollback"),
    "step": began(DAY * 9 + 60, "containers.restart"),
}


def test_a_step_run_after_the_playbook_belongs_to_the_same_incident():
    found = together.of_one_incident(JOURNALS)
    assert list(found) == ["main", "step"]
    assert together.main_run(found) == "main"


def test_steps_alone_are_an_incident_about_the_last_of_them():
    alone = {"a": began(1, "git.checkout"), "b": began(2, "containers.rebuild")}
    assert together.main_run(together.of_one_incident(alone)) == "b"


def test_a_run_that_is_named_is_the_one():
    assert list(together.of_one_incident(JOURNALS, "old")) == ["old"]


def test_what_leaves_the_deployment_as_it_is_belongs_to_no_incident_unless_it_is_named():
    later = {**JOURNALS, "dump": began(DAY * 9 + 90, "backups.create"), "much": began(DAY * 20, "backups.prune")}
    assert list(together.of_one_incident(later)) == ["main", "step"]
    assert list(together.of_one_incident(later, "dump")) == ["main", "step", "dump"]
    assert together.of_one_incident({"much": later["much"]}) == {}


def test_the_steps_run_by_hand_around_a_run_are_its_own_up_to_the_next_playbook():
    tasks = ("git.checkout", "undo", "containers.stop", "db.downgrade", "code-rollback", "containers.restart")
    journals = {str(n): began(n, task) for n, task in enumerate(tasks)}
    assert together.own_runs(journals, "1") == ["1", "2", "3"]
    assert together.own_runs(journals, "3") == ["2", "3"]
    assert together.own_runs(journals, "5") == ["5"]
    assert together.own_runs({}, "gone") == ["gone"]


def test_without_runs_there_is_no_incident():
    assert together.of_one_incident({}) == {}

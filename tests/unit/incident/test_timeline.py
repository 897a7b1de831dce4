"""Which runs are one incident, and which of them it is about."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from msgspec import structs

from tasks.console.errors import Refused
from tasks.console.units import moment
from tasks.engine import record
from tasks.incident import report
from tasks.incident import timeline as incident
from tasks.preflight.checks import proof
from tasks.ssh.shell import Answer
from tests.unit.support import incidents as support
from tests.unit.support.deployment import environment, state

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


def host(journals, env=""):
    """A host with these journals that is otherwise well."""
    answers = (journals, Answer(env, "", 0), state())
    return SimpleNamespace(environment=environment(), address="u@h:22", ask=lambda *_: answers)


def test_an_incident_is_its_main_run_with_all_entries_and_what_is_there_now(mocker):
    lines = support.journal(("stop",), 0, support.PROVEN)
    mocker.patch.object(record, "read", return_value=support.run(lines))
    mocker.patch.object(proof, "verify", return_value=[])
    made = incident.read(host({support.RUN: lines}, "PASSWORD=hunter2\n"))
    assert made.main.run == support.RUN
    assert [entry.event for entry in made.entries] == ["run", "begin", "end", "proven"]
    assert made.done("stops").step == "stop"
    assert made.secrets.mask("it was hunter2") == "it was ***"


def test_a_run_whose_journal_is_not_among_the_last_ones_is_read_by_itself(mocker):
    mocker.patch.object(record, "read", return_value=support.run(support.journal(("stop",))))
    mocker.patch.object(proof, "verify", return_value=[])
    assert incident.read(host({}), support.RUN).entries[0].run == support.RUN


def test_a_run_that_another_version_wrote_is_told_by_its_journal(mocker):
    lines = support.journal(("stop",), 0, support.PROVEN)
    texts = {
        "plan": '{"plan": {}}',
        "journal": "\n".join(map(json.dumps, lines)),
        "tries": "",
        "lock": "",
        "now": "5000",
    }
    answers = {name: Answer(text, "", 0) for name, text in texts.items()}
    mocker.patch.object(record, "read", side_effect=lambda *_: record.parse(answers))
    mocker.patch.object(proof, "verify", return_value=[])
    made = incident.read(host({support.RUN: lines}))
    assert (made.main.run, made.main.plan.task, made.main.state) == (support.RUN, "full-rollback", "done and verified")
    assert made.done("stops") and made.proven
    assert "full-rollback" in report.headline(made)


def test_before_any_run_there_is_only_the_present():
    made = incident.read(host({}))
    assert (made.main, made.entries, made.checks) == (None, [], [])


def test_the_last_run_is_the_one_where_none_is_named_and_there_may_be_none(mocker):
    answering = SimpleNamespace(environment=environment(), ask=mocker.Mock(side_effect=[None, support.run([])]))
    assert incident.record_of(answering) is None
    assert incident.record_of(answering).run == support.RUN
    mocker.patch.object(record, "read", side_effect=Refused("no run r9"))
    with pytest.raises(Refused, match="no run r9"):
        incident.record_of(answering, "r9")


def test_a_time_is_said_with_its_age_where_the_hosts_clock_is_known():
    known = structs.replace(support.run([]), now=7200.0 + 1000)
    made = structs.replace(support.incident([]), main=known)
    assert made.when(1000.0) == "1970-01-01 00:16:40 UTC, 2 hours ago"
    assert support.incident().when(1000.0) == "1970-01-01 00:16:40 UTC"

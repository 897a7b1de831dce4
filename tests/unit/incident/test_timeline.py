"""An incident as it is read from a host."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from msgspec import structs

from tasks.console.errors import Refused
from tasks.console.units import moment
from tasks.engine import record
from tasks.incident import headline
from tasks.incident import timeline as incident
from tasks.incident.cause import Cause, Kept
from tasks.preflight.checks import proof
from tasks.ssh.shell import Answer
from tasks.tools import secrets
from tests.unit.incident.test_together import DAY, JOURNALS, began
from tests.unit.support import incidents as support
from tests.unit.support.deployment import environment, state


def test_a_journal_without_times_does_not_stop_the_report():
    entry = incident.timeline({"torn": [{"event": "run"}]})[0]
    assert moment(entry.at) == "at an unknown time"


def host(journals, env=""):
    """A host with these journals that is otherwise well, and kept one error."""
    hidden = secrets.probe(environment()).read({"": Answer(env, "", 0)})
    answers = (journals, hidden, state())
    kept = Kept(Cause("app", "RuntimeError: bad deploy"), 5.0)
    return SimpleNamespace(
        environment=environment(), address="u@h:22", ask=lambda *probes: answers if len(probes) > 1 else kept
    )


def test_an_incident_is_its_main_run_with_all_entries_and_what_is_there_now(mocker):
    lines = support.journal(("stop",), 0, support.PROVEN)
    mocker.patch.object(record, "read", return_value=support.run(lines))
    mocker.patch.object(proof, "look", return_value=([], []))
    made = incident.read(host({support.RUN: lines}, "PASSWORD=hunter2\n"))
    assert made.main.run == support.RUN
    assert [entry.event for entry in made.entries] == ["run", "begin", "end", "proven"]
    assert made.done("stops").step == "stop"
    assert (made.own, made.cause.said, made.failing) == ([support.RUN], "RuntimeError: bad deploy", 5.0)
    assert made.secrets.mask("it was hunter2") == "it was ***"


def test_a_run_whose_journal_is_not_among_the_last_ones_is_read_by_itself(mocker):
    mocker.patch.object(record, "read", return_value=support.run(support.journal(("stop",))))
    mocker.patch.object(proof, "look", return_value=([], []))
    assert incident.read(host({}), support.RUN).entries[0].run == support.RUN


def test_a_run_that_another_version_wrote_is_told_by_its_journal(mocker):
    lines = support.journal(("stop",), 0, support.PROVEN)
    texts = {
        "plan": '{"plan": {}}',
        "journal": "\n".join(map(json.dumps, lines)),
        "tries": "",
        "lock": "",
        "now": "5000",
        "answers": "",
    }
    answers = {name: Answer(text, "", 0) for name, text in texts.items()}
    mocker.patch.object(record, "read", side_effect=lambda *_: record.parse(answers))
    mocker.patch.object(proof, "look", return_value=([], []))
    made = incident.read(host({support.RUN: lines}))
    assert (made.main.run, made.main.plan.task, made.main.state) == (support.RUN, "full-rollback", "done and verified")
    assert made.done("stops") and made.proven
    assert "full-rollback" in headline.of(made)


def test_what_was_noted_by_the_second_comes_after_what_the_journal_has_of_that_second():
    lines = [{"at": 10.4, "event": "run"}, {"at": 11.6, "event": "end"}, {"at": 12.1, "event": "proven"}]
    others = [incident.TimelineEntry(at, "r", event, {}) for at, event in ((10.0, "silent"), (12.0, "answers"))]
    told = [entry.event for entry in incident.timeline({"r": lines}, others)]
    assert told == ["run", "silent", "end", "proven", "answers"]


def test_before_any_run_there_is_only_the_present():
    made = incident.read(host({}))
    assert (made.main, made.entries, made.checks) == (None, [], [])


def test_the_evidence_is_that_of_the_incidents_run_and_not_of_a_later_backup(mocker):
    read = mocker.patch.object(record, "read", side_effect=lambda _host, run: structs.replace(support.run([]), run=run))
    later = {**JOURNALS, "dump": began(DAY * 9 + 90, "backups.create")}
    answering = SimpleNamespace(environment=environment(), ask=lambda _journals: later)
    assert incident.main_record(answering).run == "main"
    assert incident.main_record(answering, "dump").run == "dump"
    assert incident.main_record(SimpleNamespace(environment=environment(), ask=lambda _journals: {})) is None
    read.side_effect = Refused("no run r9")
    with pytest.raises(Refused, match="no run r9"):
        incident.main_record(answering, "r9")


def test_no_error_is_blamed_for_a_run_that_takes_another_back(mocker):
    lines = support.journal(("stop",), 0, support.PROVEN)
    mocker.patch.object(record, "read", return_value=support.run(lines, task="undo", undoes="r1"))
    mocker.patch.object(proof, "look", return_value=([], []))
    assert incident.read(host({support.RUN: lines})).cause is None


def test_a_time_is_said_with_its_age_where_the_hosts_clock_is_known():
    known = structs.replace(support.run([]), now=7200.0 + 1000)
    made = structs.replace(support.incident([]), main=known)
    assert made.when(1000.0) == "1970-01-01 00:16:40 UTC, 2 hours ago"
    assert support.incident().when(1000.0) == "1970-01-01 00:16:40 UTC"

"""What a report asks of the host beside the incident."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tasks.console.errors import Failed, Refused
from tasks.engine import record
from tasks.incident import facts
from tasks.preflight.state import State
from tests.unit.support.deployment import environment
from tests.unit.support.incidents import BAD, RUN, container, incident, journal, run


def host(answer=None):
    return SimpleNamespace(environment=environment(), ask=lambda *_, **__: answer)


def test_without_a_running_database_its_rows_are_not_asked_for():
    for seen in (State(), State(containers=[container("db", "exited")])):
        assert facts.data(host(), incident(seen=seen)) == (None, None)


def test_rows_and_server_are_asked_of_the_running_database():
    assert facts.data(host(({"public.cases": 3}, None)), incident()) == ({"public.cases": 3}, None)


def test_the_last_run_is_the_one_where_none_is_named_and_there_may_be_none(mocker):
    assert facts.run_of(host(), None) == ("", "")
    assert facts.run_of(host(run(journal())), None) == (RUN, BAD)
    mocker.patch.object(record, "read", return_value=run(journal()))
    assert facts.run_of(host(), RUN[:10]) == (RUN, BAD)


def test_a_run_that_is_not_there_is_refused_and_one_of_another_version_is_evidence_all_the_same():
    missing = SimpleNamespace(environment=environment(), address="u@h:22", ask=lambda *_, **__: None)
    with pytest.raises(Refused, match=f"no run {RUN}"):
        facts.run_of(missing, RUN)

    def written_by_another(*_, **__):
        raise record.OtherFormat("The run was written by another version.")

    assert facts.run_of(SimpleNamespace(environment=environment(), ask=written_by_another), RUN) == (RUN, "")


def test_a_place_that_cannot_be_written_is_one_line(tmp_path):
    with pytest.raises(Failed, match="x cannot be written: Is a directory."), facts.writing(tmp_path / "x"):
        tmp_path.open("w")

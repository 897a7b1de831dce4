"""Where no downgrade leads, the newest data at those heads are named, each with what it would cost."""

from __future__ import annotations

import pytest

from tasks.console.commands import render
from tasks.console.errors import Refused
from tasks.engine import record
from tasks.engine.before import SchemaBefore
from tasks.preflight import ways_out
from tasks.preflight.backups import finding
from tasks.preflight.backups.backup_files import Found
from tasks.preflight.revisions import schema_choice
from tasks.tools.alembic.migrate import WAYS_OUT
from tasks.tools.postgres.names import Copy
from tests.unit.support import reports
from tests.unit.support.deployment import GOOD, environment, state
from tests.unit.support.reports import COMMIT, DATABASE

NAME = "d__snap_20240101-000000-abc123"


class Host:
    """A host whose database server has one snapshot, at the heads of HELD."""

    environment, address = environment(), "u@h:22"

    def __init__(self, mocker, held: tuple[str, ...] = ("one",)) -> None:
        copy = mocker.Mock(copy=Copy(NAME, "snap", reports.RUN))
        self.answers = {"server": mocker.Mock(copies=[copy]), "revisions": held}

    def ask(self, probe):
        return self.answers[probe]


@pytest.fixture
def told(mocker):
    """Return the ways out where the snapshot, and backups, are at these heads."""

    def said(held=("one",), backups=(), commit=COMMIT):
        reads = mocker.patch.object(ways_out, "reads")
        reads.server.return_value, reads.revisions.return_value = "server", "revisions"
        reads.optional.side_effect = lambda probe: probe
        mocker.patch.object(record, "read", return_value=reports.record(SchemaBefore(commit=GOOD)))
        mocker.patch.object(ways_out, "database_of", return_value=DATABASE)
        mocker.patch.object(ways_out, "costs", return_value=["4 rows leave"])
        mocker.patch.object(ways_out, "_lost", return_value="2 hours old")
        mocker.patch.object(schema_choice, "fitting", return_value=commit)
        mocker.patch.object(finding, "found", return_value=backups)
        return render(ways_out.ways_out(Host(mocker, held), state(), ["one"])).removeprefix(WAYS_OUT).strip()

    return said


def test_a_snapshot_at_those_heads_is_named_with_what_it_costs(told):
    back = f"fab undo --run {reports.RUN} --restore-snapshot."
    assert told() == f"Code and data of {GOOD[:12]}, from snapshot {NAME} (4 rows leave): {back}"


def test_a_snapshot_at_other_heads_is_none(told):
    assert told(held=("two",)) == ""


def test_the_newest_backup_at_those_heads_is_named_with_the_code_that_fits(told, mocker):
    backup = mocker.Mock(path="backups/d.dump", revisions=["one"], good=True)
    load = "fab emergency-restore --file backups/d.dump"
    said = told(held=(), backups=[mocker.Mock(revisions=["two"]), backup])
    assert said == (
        f"The newest backup at that revision (2 hours old): {load}, then fab code-rollback --commit {GOOD[:12]}."
    )
    assert told(held=(), backups=[backup], commit=None).endswith(f"{load}.")


def test_a_backup_that_was_found_bad_is_none(told, mocker):
    assert told(held=(), backups=[mocker.Mock(revisions=["one"], good=False, checked=object())]) == ""


def test_what_cannot_be_looked_at_is_left_out(mocker):
    mocker.patch.object(ways_out, "database_of", side_effect=Refused("it does not run"))
    assert ways_out.data_at(mocker.Mock(), state(), ["one"]) == []


def test_a_backup_is_as_old_as_its_name_says_and_not_as_its_file(mocker):
    asked = mocker.Mock(**{"ask.return_value": 3.0 * 86_400})
    copied = Found("b.dump", 1, modified=2 * 86_400, kind="custom", sum="", revisions=(), taken=0)
    assert ways_out._lost(asked, DATABASE, copied) == "what was written in 3 days since is lost"

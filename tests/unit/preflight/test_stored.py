"""Which backups and copies may go, and of what a backup is made."""

from __future__ import annotations

import pytest

from tasks.console import commands
from tasks.console.errors import Refused
from tasks.preflight import restore, stored
from tasks.preflight.backups import backup_files, finding
from tests.unit.support.deployment import environment, state
from tests.unit.support.reports import DATABASE
from tests.unit.support.restoring import LIVE, copy, server


@pytest.fixture
def host(mocker):
    """Return a host whose database server holds what a test says."""

    def holds(found, *there, fetched=(), only=()):
        mocker.patch.object(restore, "reached", return_value=(state(), DATABASE))
        mocker.patch.object(finding, "found", lambda _, below="": list(fetched if below == "/fetched" else there))
        answers = (found, list(only))
        asked = mocker.Mock(side_effect=lambda *probes: answers if len(probes) > 1 else found)
        return mocker.Mock(environment=environment(), address="u@h:22", ask=asked)

    return holds


def test_no_backup_is_made_of_a_database_that_is_not_there(host):
    with pytest.raises(Refused, match="no database d"):
        stored.check_dump(host(server(live=None)), "custom")


def test_what_goes_is_named_with_its_size(host):
    old = backup_files.Found("backups/d_20250101-000000.dump", 2000, 1, "custom", True, ())
    new = backup_files.Found("backups/d_20260101-000000.dump", 2000, 2, "custom", True, ())
    newest, first = (backup_files.Found(f"backups/fetched/{n}", 7, 1, "", "", (), brought=True) for n in "ba")
    report = stored.check_prune(host(server(copies=(copy("new", "1"),)), new, old, fetched=(newest, first)), 1)
    assert report.backups == [old, first]
    assert old.path in report.facts[0] and "2.0 kB" in report.facts[0]
    assert report.facts[2].startswith("database d__new_1")


def test_of_the_copies_only_the_last_way_back_stays():
    old, last, unfinished = copy("old", "1"), copy("snap", "3"), copy("new", "4")
    assert stored.superfluous(server(live=LIVE, copies=(old, last, unfinished))) == [old, unfinished]


def test_where_the_clocks_of_operator_and_server_disagree_neither_s_last_copy_goes():
    made_last, named_last, oldest = copy("snap", "2", 10), copy("snap", "3", 3600), copy("snap", "1", 7200)
    assert stored.superfluous(server(live=LIVE, copies=(oldest, named_last, made_last))) == [oldest]


def test_no_copy_at_all_is_nothing_to_remove():
    assert stored.superfluous(server(live=LIVE)) == []


def test_a_copy_that_alone_holds_values_stays_and_the_option_that_removes_it_is_named(host):
    old, last, unfinished = copy("snap", "1"), copy("snap", "3"), copy("new", "4")
    report = stored.check_prune(host(server(copies=(old, last, unfinished)), only=[old.name, "gone"]), 1)
    assert report.copies == [unfinished]
    (stays,) = [commands.render(fact) for fact in report.facts if " stays" in fact]
    assert (
        stays
        == "d__snap_1 stays: it holds values that are nowhere else (fab backups.prune --copy d__snap_1 removes it)"
    )


def test_a_dump_that_alone_holds_values_stays(host):
    only = backup_files.Found("backups/d_20250101-000000.dump", 2000, 1, "custom", True, ())
    new = backup_files.Found("backups/d_20260101-000000.dump", 2000, 2, "custom", True, ())
    assert stored.check_prune(host(server(), new, only, only=[only.path]), 1).backups == []


def test_a_copy_that_is_named_goes_alone_and_is_asked_for_by_name(host):
    only, unfinished = copy("snap", "3"), copy("new", "4")
    there = server(copies=(only, unfinished))
    report = stored.check_prune(host(there, only=[only.name]), 1, only.name)
    assert (report.copies, report.backups) == ([only], [])
    assert report.questions == ["d__snap_3 holds values that are nowhere else: they would go."]
    assert stored.check_prune(host(there), 1, unfinished.name).questions == []


def test_a_copy_that_is_not_there_is_not_removed(host):
    with pytest.raises(Refused, match="called d__snap_9"):
        stored.check_prune(host(server(copies=(copy("snap", "3"),))), 1, "d__snap_9")

"""Which backups and copies may go, and of what a backup is made."""

from __future__ import annotations

import pytest

from tasks.console.errors import Refused
from tasks.preflight import restore, stored
from tasks.preflight.backups import backup_files, finding
from tests.unit.support.deployment import environment, state
from tests.unit.support.reports import DATABASE
from tests.unit.support.restoring import LIVE, copy, server


@pytest.fixture
def host(mocker):
    """Return a host whose database server holds what a test says."""

    def holds(found, *there, fetched=()):
        mocker.patch.object(restore, "reached", return_value=(state(), DATABASE))
        mocker.patch.object(finding, "found", lambda _, below="": list(fetched if below == "/fetched" else there))
        return mocker.Mock(environment=environment(), address="u@h:22", ask=lambda _: found)

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

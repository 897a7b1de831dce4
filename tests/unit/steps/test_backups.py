"""What the tasks on backups plan."""

from __future__ import annotations

import pytest

from tasks.console.errors import Refused
from tasks.preflight import backup_files as files
from tasks.preflight import restore as look
from tasks.preflight.backup_fit import Fit
from tasks.steps import backups
from tasks.steps.builders import backup_plans as plans
from tasks.tools.postgres.psql import Database
from tests.unit.support.restoring import connection, copy, server, sight


@pytest.fixture
def host(monkeypatch):
    monkeypatch.setattr(look, "reached", lambda c: (None, Database("id-db", "d", "u")))
    return connection()


@pytest.fixture
def restore(monkeypatch):
    """Return the plan of a restore that met a sight."""

    def made(met=None, **options):
        monkeypatch.setattr(look, "look", lambda *_: met or sight())
        return backups.restore.body.__wrapped__(connection(), file="b.dump", **options)

    return made


def names(plan) -> list[str]:
    return [step.name for step in plan.steps]


@pytest.mark.parametrize(("form", "end"), [("custom", ".dump"), ("gz", ".sql.gz"), ("directory", ".dir")])
def test_a_backup_is_written_into_the_folder_of_hosts_yaml_by_its_run(host, monkeypatch, form, end):
    monkeypatch.setattr(plans, "server", lambda *_: server())
    plan = backups.create.body.__wrapped__(host, format=form)
    path = f"backups/d_{plan.run[:15]}{end}"
    assert plan.purpose.endswith(path)
    assert f'"$HOME"/{path}' in plan.steps[0].script
    assert not plan.outage


def test_no_backup_is_made_of_a_database_that_is_not_there(host, monkeypatch):
    monkeypatch.setattr(plans, "server", lambda *_: server(live=None))
    with pytest.raises(Refused, match="no database d"):
        backups.create.body.__wrapped__(host)


def test_a_restore_is_prepared_while_the_application_goes_on_and_can_be_taken_back(restore):
    plan = restore()
    assert names(plan) == ["restore", "swap"]
    assert plan.steps[0].preparation
    assert plan.before["swapped"] == f"d__old_{plan.run}"
    assert plan.back == "fab undo"
    assert plan.expect.revision == ["two"]
    assert plan.questions == []


def test_where_there_is_no_database_its_name_is_only_taken(restore):
    plan = restore(sight(server=server(live=None), rows=None))
    assert names(plan) == ["restore", "take"]
    assert (plan.before, plan.back) == ({}, "")


def test_code_that_does_not_fit_is_asked_about_by_name(restore):
    (question,) = restore(sight(fit=Fit("behind", "it carries one, the code needs two."))).questions
    assert "it carries one" in question


def test_a_start_up_that_migrates_leaves_the_revision_open(restore):
    assert restore(sight(fit=Fit("behind", "", "alembic upgrade head"))).expect.revision is None


def test_what_does_not_fit_on_the_disk_is_refused_with_the_ways_out(restore):
    with pytest.raises(Refused, match="--in-place"):
        restore(sight(server=server(free=5000)))


def test_prune_shows_what_goes_and_does_nothing_where_nothing_may_go(host, monkeypatch):
    old = files.Found("backups/d_20250101-000000.dump", 2000, 1, "custom", True, ())
    new = files.Found("backups/d_20260101-000000.dump", 2000, 2, "custom", True, ())
    monkeypatch.setattr(plans, "server", lambda *_: server(copies=(copy("new", "1"),)))
    monkeypatch.setattr(look, "found", lambda _: [new, old])
    plan = backups.prune.body.__wrapped__(host, keep="1")
    assert names(plan) == ["remove", "drop-copy"]
    assert old.path in plan.facts[0]
    assert "d__new_1" in plan.facts[1]
    assert new.path not in " ".join([*plan.facts, *(step.script for step in plan.steps)])
    monkeypatch.setattr(plans, "server", lambda *_: server())
    assert backups.prune.body.__wrapped__(host, keep="2") is None

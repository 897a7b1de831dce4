"""The steps that move the schema: what they run, what ends them, and what they need beside it."""

from __future__ import annotations

import subprocess

import pytest

from tasks.ssh import scripts
from tasks.steps import database
from tasks.tools.alembic.schema_change import OverrideSql, SchemaChange
from tests.unit.support import reports
from tests.unit.support.stage import Stage

STEP = "20240101-000000-abc123/05-downgrade.1;"
OWN = SchemaChange(["two"], ["one"], moves=[OverrideSql("two", "one", "SELECT 'own'")])


def test_a_stopped_downgrade_is_ended_in_the_server_even_where_its_container_is_gone():
    step = database.downgrade.step(reports.downgrade(OWN, safety=None))
    with Stage(docker='case "$1" in rm) exit 1 ;; esac') as stage:
        stage.run(f"set -- '{STEP}'\n{step.stop}")
        removed, ended = stage.calls
        assert removed == ["docker", "rm", "-f", "app-rollback-api"]
        assert {"id-db", "psql", f"step={STEP}"} <= set(ended)


def test_the_operators_sql_is_a_file_of_the_steps_that_run_it():
    report = reports.downgrade(OWN)
    for step in (database.rehearse.step(report), database.downgrade.step(report)):
        assert step.files == {"override.sql": "SELECT 'own'"}
        assert "'own'" not in step.script
        assert "psql: your SQL in place of two's downgrade" in step.commands[0]


def test_after_a_snapshot_a_failed_move_is_followed_by_what_puts_it_back():
    _, move, back = database.downgrade.step(reports.downgrade()).script.split("\n", 2)
    assert move.endswith(" && exit 0")
    assert reports.SAFETY.clone in back


def test_after_a_failed_move_what_ran_is_started_again_but_only_where_the_data_are_back():
    amends = database.downgrade.step(reports.downgrade(stopping=["api"])).amends
    assert amends.script.startswith('sh "$SCRIPTS/tools/postgres/copies/data-are-back.sh" && ')
    assert amends.script.endswith('start-existing.sh" api')
    assert database.downgrade.step(reports.downgrade(stopping=["api"], safety=None)).amends is None


@pytest.mark.parametrize(
    ("there", "code"),
    [((), 0), (("05-downgrade.1.pid",), 1), (("06-upgrade.2.pid", "put-back"), 0), (("04-snapshot.1.pid",), 0)],
)
def test_the_data_are_back_where_they_were_put_back_or_never_moved(tmp_path, there, code):
    for name in there:
        (tmp_path / name).touch()
    script = scripts.PACKAGE / "tools/postgres/copies/data-are-back.sh"
    assert subprocess.run(["sh", script], cwd=tmp_path, capture_output=True).returncode == code


def test_without_a_snapshot_or_while_services_go_on_nothing_is_put_back():
    for report in (
        reports.downgrade(safety=None),
        reports.downgrade(migration=reports.migration(goes_on=["api"])),
    ):
        assert "put-back" not in database.downgrade.step(report).script


def test_nothing_is_downgraded_where_something_started_again_what_was_stopped():
    report = reports.downgrade(stopping=["api", "db"], safety=None)
    first, _, move = database.downgrade.step(report).script.partition("\n")
    assert first.endswith('tools/compose/reads/still-stopped.sh" api || exit 1')
    assert "move.sh" in move


def test_a_kept_rehearsal_is_looked_at_once_more_and_says_since_when():
    step = database.rehearse.step(reports.downgrade(migration=reports.migration(rehearsed=1_795_000_000.0)))
    held = "See that the rehearsal of 2026-11-18 11:06:40 UTC still holds; else rehearse the downgrade again"
    assert (step.title, " KEPT=1 " in step.script) == (held, True)
    again = database.rehearse.step(reports.downgrade())
    assert (again.title, " KEPT='' " in again.script) == ("Rehearse the downgrade on a clone of the schema", True)

"""The rows of the alembic table."""

from __future__ import annotations

import pytest

from tasks.ssh.shell import Answer
from tasks.tools.alembic import rows
from tests.unit.support.deployment import environment
from tests.unit.support.stage import Stage

ODD = {"name": "d", "user": "u", "alembic": {"service": "api", "table": 'Ver"s', "schema": "o'x"}}


def command(asked) -> str:
    return f"( {rows.command(asked, asked.database)} )"


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (Answer("none\n", "", 0), []),
        (Answer("table\n", "", 0), []),
        (Answer("table\nb\na\n", "", 0), ["a", "b"]),
        (Answer("table\n", "x", 1), None),
    ],
)
def test_no_table_and_no_rows_are_no_revision_and_no_answer_is_neither(said, found):
    asked = environment()
    assert rows.probe(asked, asked.database).read({"": said}) == found


def test_a_schema_of_odd_names_is_asked_for_in_quotes():
    with Stage(docker='case "$1" in ps) echo id ;; *) cat >"$HOME/sql" ;; esac') as stage:
        stage.run(command(environment(database=ODD)))
        assert """to_regclass('"o''x"."Ver""s"')""" in (stage.home / "sql").read_text()


def test_a_database_that_is_down_is_named():
    with Stage(docker="") as stage:
        done = stage.run(command(environment()))
        assert done.stderr == "the database container (db) is not running: fab containers.start\n"
        assert done.returncode == 1

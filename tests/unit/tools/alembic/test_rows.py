"""The rows of the alembic table."""

from __future__ import annotations

import pytest

from tasks.ssh.shell import Answer
from tasks.tools.alembic import rows
from tests.unit.support.deployment import environment
from tests.unit.support.stage import Stage, ps

ODD = {"name": "d", "user": "u", "alembic": {"service": "api", "table": 'Ver"s', "schema": "o'x"}}


def command(asked) -> str:
    asks = rows.probe(asked, asked.database).commands[""]
    return f"( {asks} )"


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


def test_a_schema_of_odd_names_arrives_at_psql_as_it_is():
    with Stage(docker=f'case "$1" in ps) {ps("id db")} ;; esac') as stage:
        (stage.home / "app").mkdir()
        stage.run(command(environment(database=ODD)))
        [psql] = [call for call in stage.calls if call[1] == "exec"]
        assert {"schema=o'x", 'table=Ver"s'} <= set(psql)


def reading(tables: str):
    """What is said where there is no table of that name, and these can be Alembic's."""
    answers = f'case "$(cat)" in *version_num*to_regclass*) echo none ;; *) printf "{tables}" ;; esac'
    with Stage(docker=f'case "$1" in ps) {ps("id db")} ;; exec) {answers} ;; esac') as stage:
        (stage.home / "app").mkdir()
        asked = environment(database={"name": "d", "user": "u", "alembic": {"service": "api"}})
        return stage.run(command(asked)), stage.run(rows.tables(asked, asked.database).commands[""])


def test_where_alembics_table_is_another_one_that_is_said_and_no_revision_is_not():
    done, told = reading(r"live\tlive_version\nother\tversions\n")
    assert (done.returncode, done.stdout) == (1, "")
    assert (
        "no table public.alembic_version, but live.live_version, other.versions: database.alembic.schema" in done.stderr
    )
    asked = environment(database=ODD)
    read = rows.tables(asked, asked.database).read
    assert read({"": Answer(told.stdout, "", 0)}) == [("live", "live_version"), ("other", "versions")]
    assert read({"": Answer("", "x", 1)}) == []


def test_where_no_table_can_be_meant_there_is_no_revision():
    done, told = reading("")
    assert (done.returncode, done.stdout, told.stdout) == (0, "none\n", "")


def test_a_database_that_is_down_is_named():
    with Stage(docker="") as stage:
        (stage.home / "app").mkdir()
        done = stage.run(command(environment()))
        assert done.stderr == "the database container (db) is not running\n"
        assert done.returncode == 2

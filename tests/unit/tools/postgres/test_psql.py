"""The database, the one psql command, and the frame that all scripts stand in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.tools.postgres.psql import Database, call, read
from tests.unit.support.stage import WORST, Stage, few

SHOP = Database("shop_db", "shop", "owner")
NAME = st.text(st.characters(exclude_characters="\0\n\r", exclude_categories=["Cs"]), min_size=1, max_size=15)
CONTAINER = NAME.filter(lambda name: "/" not in name)  # what follows a slash is on another node


OPTIONS = (
    "-c statement_timeout=0 -c lock_timeout=30s"
    " -c idle_in_transaction_session_timeout=0 -c default_transaction_read_only=off"
)


def psql(stage: Stage, script: str) -> list[str]:
    """The words of the one psql command that a script runs."""
    assert stage.run(script).returncode == 0
    (words,) = stage.calls
    return words


def test_psql_is_one_command_without_configuration_that_stops_at_the_first_error():
    with Stage(docker="cat >/dev/null") as stage:
        words = psql(stage, read(SHOP, "table-rows"))
    assert " ".join(words) == (
        f"docker exec -i -e PGAPPNAME=fab-rollback -e PGOPTIONS={OPTIONS} shop_db psql -U owner"
        " -X -q -v ON_ERROR_STOP=1 -At -d shop -v live=shop"
    )


def test_every_session_has_the_settings_of_an_administrator_whatever_the_role_has():
    with Stage(docker='cat >/dev/null; [ "$2" != -i ] || printf "%s" "$PGOPTIONS" >"$HOME/options"') as stage:
        psql(stage, read(SHOP, "table-rows"))
        options = (stage.home / "options").read_text()
    assert options == OPTIONS


@given(CONTAINER, NAME, NAME)
@few
def test_whatever_the_names_are_the_shell_passes_them_on_unchanged(container, name, user):
    with Stage(docker="cat >/dev/null") as stage:
        words = psql(stage, read(Database(container, name, user), "revisions", schema=WORST, table=name))
    assert words[3:9] == ["-e", "PGAPPNAME=fab-rollback", "-e", f"PGOPTIONS={OPTIONS}", container, "psql"]
    assert words[words.index("-U") + 1] == user
    assert words[-5:] == [f"live={name}", "-v", f"schema={WORST}", "-v", f"table={name}"]


@pytest.mark.parametrize("name", ["", "two\nlines", "a\rb", "zero\0", "é" * 32])
def test_a_database_that_postgres_could_not_have_is_refused(name):
    with pytest.raises(ValueError):
        Database("c", name, "u")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("plain name", "plain name"),
        ("host=evil dbname=x", "dbname='host=evil dbname=x'"),
        ("postgresql://evil/x", "dbname='postgresql://evil/x'"),
        ("a='b\\", "dbname='a=\\'b\\\\'"),
    ],
)
def test_a_name_that_reads_like_a_connection_string_is_still_a_name(name, expected):
    with Stage(docker="cat >/dev/null") as stage:
        words = psql(stage, read(Database("c", name, "u"), "table-rows"))
    assert words[words.index("-d") + 1] == expected


def test_the_maintenance_database_is_never_the_one_that_is_changed():
    assert SHOP.maintenance == "postgres"
    assert Database("c", "postgres", "u").maintenance == "template1"


def test_a_failed_change_says_what_failed_and_the_first_error_in_one_line(engine):
    answer = ("WARNING:  w\nERROR:  busy\nDETAIL:  d\n", 3)
    ran = engine.run(call(SHOP, "copies/drop-copy", "x"), "= copy 1\n= sessions 0\n", answer)
    assert (ran.code, ran.err) == (1, "x could not be dropped: ERROR:  busy\n")


def test_a_failed_question_ends_the_script_with_one_line(engine):
    ran = engine.run(call(SHOP, "copies/drop-copy", "x"), ("Error response from daemon: No such\n", 1))
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == "PostgreSQL did not answer: Error response from daemon: No such\n"


def test_warnings_are_not_mistaken_for_answers(engine):
    ran = engine.run(call(SHOP, "copies/drop-copy", "x"), "WARNING:  old collation\n= copy 0\n")
    assert ran.out == "x is gone\n"


def test_the_step_is_told_to_the_server_so_that_it_can_be_ended_there():
    with Stage(docker='cat >/dev/null; printf "%s" "$PGAPPNAME" >"$HOME/name"') as stage:
        stage.environ["FAB_ROLLBACK_STEP"] = "run/01-snapshot.1"
        psql(stage, read(SHOP, "table-rows"))
        assert (stage.home / "name").read_text() == "run/01-snapshot.1"

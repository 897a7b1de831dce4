"""Quoting, judged by a real shell; the one psql command; and the frame around every script."""

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.tools.postgres.psql import Database, ask, change, feed, ident, literal, psql, script, target

SHOP = Database("shop_db", "shop", "owner")
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1)
NAME = st.text(st.characters(exclude_characters="\0\n\r", exclude_categories=["Cs"]), min_size=1, max_size=15)


def words_of(command: str) -> list[str]:
    ran = subprocess.run(["sh", "-c", f"printf '%s\\0' {command}"], capture_output=True, check=True)
    return ran.stdout.decode().split("\0")[:-1]


def test_psql_is_one_command_without_configuration_that_stops_at_the_first_error():
    assert psql(SHOP) == "docker exec -i -e PGAPPNAME shop_db psql -X -q -v ON_ERROR_STOP=1 -At -U owner -d shop"


def test_psql_connects_to_another_database_when_told():
    assert psql(SHOP, "postgres").endswith("-U owner -d postgres")


@given(NAME, NAME, NAME)
@settings(max_examples=40, deadline=None)
def test_whatever_the_names_are_the_shell_passes_them_on_unchanged(container, name, user):
    words = words_of(psql(Database(container, name, user)))
    assert words[:6] == ["docker", "exec", "-i", "-e", "PGAPPNAME", container]
    assert words[-4:] == ["-U", user, "-d", target(name)]


@given(TEXT)
@settings(max_examples=40, deadline=None)
def test_a_here_document_gives_the_sql_to_the_command_unchanged(sql):
    ran = subprocess.run(["sh", "-c", feed("cat", sql)], capture_output=True, check=True)
    assert ran.stdout.decode().split("\n", 1)[1] == sql.strip() + "\n"


def test_a_here_document_survives_its_own_end_mark():
    ran = subprocess.run(["sh", "-c", feed("cat", "a\nSQL\nSQL_\nb")], capture_output=True, text=True)
    assert ran.stdout.endswith("a\nSQL\nSQL_\nb\n")


def test_dash_keeps_an_accent_behind_what_could_be_the_end_mark():
    ran = subprocess.run(["sh", "-c", feed("cat", "Sé\nSQé")], capture_output=True, text=True)
    assert ran.stdout.endswith("Sé\nSQé\n")


@given(TEXT)
def test_an_identifier_ends_only_where_it_should(name):
    quoted = ident(name)
    assert quoted[0] == quoted[-1] == '"'
    assert quoted[1:-1].replace('""', "") == name.replace('"', "")
    assert quoted[1:-1].replace('""', '"') == name


@given(TEXT)
def test_a_string_has_no_lone_quote_and_no_lone_backslash(text):
    quoted = literal(text)
    body = quoted.removeprefix("E")[1:-1]
    assert body.replace("''", "'").replace("\\\\", "\\") == text
    assert quoted.startswith("E'") == ("\\" in text)


@pytest.mark.parametrize("name", ["", "a\0b"])
def test_what_cannot_be_an_identifier_is_refused(name):
    with pytest.raises(ValueError):
        ident(name)


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
    assert target(name) == expected


def test_the_maintenance_database_is_never_the_one_that_is_changed():
    assert SHOP.maintenance == "postgres"
    assert Database("c", "postgres", "u").maintenance == "template1"


def test_a_failed_change_says_what_failed_and_the_first_error_in_one_line(engine):
    ran = engine.run(script(SHOP, change("no swap", "admin", "X")), ("WARNING:  w\nERROR:  busy\nDETAIL:  d\n", 3))
    assert (ran.code, ran.err) == (1, "no swap: ERROR:  busy\n")


def test_a_failed_question_ends_the_script_with_one_line(engine):
    ran = engine.run(script(SHOP, ask("x", "admin", "X"), "echo on\n"), ("Error response from daemon: No such\n", 1))
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == "PostgreSQL did not answer: Error response from daemon: No such\n"


def test_warnings_are_not_mistaken_for_answers(engine):
    ran = engine.run(script(SHOP, ask("x", "admin", "X"), 'echo "$x"\n'), "WARNING:  old collation\n= 42\n")
    assert ran.out == "42\n"

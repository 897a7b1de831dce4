"""Who is connected, and the SQL that ends them."""

import json

from tasks.tools.postgres.psql import Database
from tasks.tools.postgres.sessions import Session, end_script, end_sql, list_script, parse

SHOP = Database("shop_db", "it's", "owner")
ROW = {"pid": 7, "user": "u", "application": "web", "client": None, "state": "idle", "query": "SELECT\n1", "age": 3}


def test_sessions_are_read_with_queries_of_several_lines():
    assert parse(f"WARNING:  x\n{json.dumps(ROW)}\n") == (Session(**ROW),)


def test_a_session_that_holds_locks_and_does_nothing_is_told_apart():
    assert not Session(**ROW).idle_in_transaction
    assert Session(**ROW | {"state": "idle in transaction (aborted)"}).idle_in_transaction
    assert Session(**ROW | {"pid": 0, "state": "prepared"}).idle_in_transaction


def test_the_list_asks_from_another_database_about_this_one():
    text = list_script(SHOP)
    assert "-d postgres" in text
    assert "datname = 'it''s'" in text


def test_names_are_quoted_again_inside_the_block():
    assert "datname IN (''it''''s'', ''b'')" in end_sql(["it's", "b"])


def test_only_the_chosen_sessions_are_ended():
    assert "pid = ANY (''{7,8}''::int[])" in end_sql(["a"], [7, 8])
    assert "pid = ANY" not in end_sql(["a"])


def test_sessions_that_stay_are_an_error(engine):
    ran = engine.run(end_script(SHOP), ("ERROR:  2 sessions did not end in 5 seconds\n", 3))
    assert ran.code == 1
    assert ran.err == "the sessions could not be ended: ERROR:  2 sessions did not end in 5 seconds\n"

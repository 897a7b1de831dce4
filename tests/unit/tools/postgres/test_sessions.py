"""Who is connected, and how those are ended whose place is needed."""

from __future__ import annotations

import json

from tasks.ssh.shell import Answer
from tasks.tools.postgres import changes, reads
from tasks.tools.postgres.psql import Database
from tasks.tools.postgres.sessions import Session, parse_sessions

SHOP = Database("shop_db", "it's", "owner")
ROW = {"pid": 7, "user": "u", "application": "web", "state": "idle", "query": "SELECT\n1", "age": 3}


def test_sessions_are_read_with_queries_of_several_lines():
    assert parse_sessions(f"WARNING:  x\n{json.dumps(ROW)}\n") == (Session(**ROW),)


def test_a_session_that_holds_locks_and_does_nothing_is_told_apart():
    assert not Session(**ROW).idle_in_transaction
    assert Session(**ROW | {"state": "idle in transaction (aborted)"}).idle_in_transaction
    assert Session(**ROW | {"pid": 0, "state": "prepared"}).idle_in_transaction


def test_the_list_asks_from_another_database_about_this_one(engine):
    (command,) = reads.sessions(SHOP).commands.values()
    ran = engine.run(command, json.dumps(ROW))
    assert "-d postgres -v live=it's" in engine.asked(1)
    assert reads.sessions(SHOP).read({"": Answer(ran.out, ran.err, ran.code)}) == (Session(**ROW),)


def test_of_a_stopped_step_the_sessions_are_ended_that_have_its_name(engine):
    ran = engine.run(f"set -- 'run/01-restore.1'\n{changes.stop(SHOP)}", "t\n")
    assert (ran.code, ran.err) == (0, "")
    assert "-v step=run/01-restore.1" in engine.asked(1)
    assert "application_name = left(:'step', 63)" in engine.asked(1)

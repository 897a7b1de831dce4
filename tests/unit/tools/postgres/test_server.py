"""What the reading scripts print becomes values."""

import json

import pytest

from tasks.tools.postgres.server import (
    parse_revisions,
    parse_rows,
    parse_server,
    qualified,
    surplus,
)

HEAD = {"version": 150020, "max_wal": 1000, "standby": False}
LIVE = {
    "name": "shop",
    "oid": 5,
    "bytes": 700,
    "encoding": "UTF8",
    "open": True,
    "sessions": 2,
    "comment": "ours since 2019",
    "seconds": 5000,
}
OLD = LIVE | {"name": "shop__old_r1", "oid": 6, "comment": "fab-rollback old 4000", "sessions": 0}


def printed(*rows: dict, room: str = "") -> str:
    return "\n".join(["WARNING:  w", *map(json.dumps, rows), room])


def test_the_server_is_read_with_the_copies_and_their_age():
    server = parse_server(printed(HEAD, LIVE, OLD, room="ROOM 9000 9000 1"), "shop")
    assert (server.version, server.live.bytes, server.live.age, server.live.copy) == (150020, 700, None, None)
    (old,) = server.copies
    assert (old.copy.kind, old.copy.id, old.age) == ("old", "r1", 1000)


def test_a_database_that_only_begins_alike_is_no_copy():
    stranger = LIVE | {"name": "shop__old_data of 2019"}
    assert parse_server(printed(HEAD, LIVE, stranger, room="ROOM 1 1 1"), "shop").copies == ()


def test_without_a_live_database_there_is_none():
    assert parse_server(printed(HEAD, room="ROOM 1 1 1"), "shop").live is None


@pytest.mark.parametrize(
    ("room", "needed", "fits"),
    [("9000 9000 1", 7181, True), ("9000 9000 1", 7182, False), ("9000 1100 0", 8181, True), ("9000 1099 0", 1, False)],
)
def test_room_is_counted_with_the_wal_and_ten_percent(room, needed, fits):
    assert parse_server(printed(HEAD, room=f"ROOM {room}"), "shop").fits(needed) is fits


def test_without_a_table_there_are_no_rows_and_what_was_cut_is_no_answer():
    assert parse_revisions("none\n") == parse_revisions("table\n") == ()
    assert parse_revisions("table\nb\na\n") == ("a", "b")
    for cut in ("", "tab", "b\na"):
        with pytest.raises(ValueError, match=r"not what|unpack"):
            parse_revisions(cut)


def test_tables_are_counted_by_their_qualified_name():
    row = {"schema": "Odd", "table": 'a"b', "rows": 3}
    assert parse_rows(json.dumps(row)) == {'"Odd"."a""b"': 3}


def test_what_looks_like_a_line_end_but_is_none_stays_in_its_name():
    row = {"schema": "public", "table": "a\u2028b\x85c", "rows": 3}
    assert parse_rows(json.dumps(row, ensure_ascii=False)) == {'public."a\u2028b\x85c"': 3}


def test_a_name_is_quoted_only_where_it_must_be():
    assert qualified("public", "users_1") == "public.users_1"
    assert qualified("public", "Users") == 'public."Users"'


def test_the_surplus_is_what_the_backup_does_not_have():
    live = {"a": 10, "b": 5, "c": 1, "new": 2, "unknown": 9}
    backup = {"a": 7, "b": 5, "c": 3, "unknown": None}
    assert surplus(live, backup) == {"a": 3, "new": 2}

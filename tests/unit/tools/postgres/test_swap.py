"""The swap refuses what it cannot prove, and always opens the doors again."""

from __future__ import annotations

from pathlib import Path

from tasks.tools import postgres
from tasks.tools.postgres.changes import swap, take
from tasks.tools.postgres.psql import Database

SHOP = Database("db", "shop", "owner")
SWAP = swap(SHOP, "shop__new_1", "shop__old_1")
TAKE = take(SHOP, "shop__new_1")


def oids(**known: int) -> str:
    return "".join(f"= {name} {oid}\n" for name, oid in known.items())


def test_the_protocol_is_in_one_session_and_its_renames_in_one_transaction():
    wanted = [
        'ALTER DATABASE :"live" ALLOW_CONNECTIONS false;',
        ":end_sessions\n",
        "BEGIN;\nCOMMENT",
        'ALTER DATABASE :"live" RENAME TO :"outgoing";\nALTER DATABASE :"incoming" RENAME TO :"live";\nCOMMIT;',
        'ALTER DATABASE :"outgoing" ALLOW_CONNECTIONS true;\nALTER DATABASE :"live" ALLOW_CONNECTIONS true;\n',
    ]
    text = (Path(postgres.__file__).parent / "copies" / "swap.sql").read_text()
    places = [text.index(part) for part in wanted]
    assert places == sorted(places)
    assert "\\connect" not in text


def test_a_swap_is_proven_by_the_identity_of_the_databases(engine):
    ran = engine.run(SWAP, oids(live=10, incoming=20), "", oids(live=20, outgoing=10), "")
    assert (ran.code, ran.out, ran.err) == (0, "shop is what shop__new_1 was\n", "")
    assert "pg_terminate_backend" in engine.asked(2)


def test_a_swap_that_psql_reports_as_done_but_is_not_is_a_failure(engine):
    ran = engine.run(SWAP, oids(live=10, incoming=20), "", oids(live=10, incoming=20), "")
    assert (ran.code, ran.err) == (1, "after the swap, shop is not what shop__new_1 was\n")


def test_a_swap_that_lost_what_was_live_is_a_failure(engine):
    ran = engine.run(SWAP, oids(live=10, incoming=20), "", oids(live=20, outgoing=30), "")
    assert (ran.code, ran.err) == (1, "after the swap, shop__old_1 is not what shop was\n")


def test_a_swap_that_was_done_is_not_done_again_but_what_is_closed_is_opened(engine):
    ran = engine.run(SWAP, oids(live=20, outgoing=10), "")
    assert (ran.code, engine.calls) == (0, 2)
    assert "RENAME" not in engine.asked(2)
    assert "ALLOW_CONNECTIONS true" in engine.asked(2)


def test_nothing_is_changed_when_there_is_nothing_to_swap_in(engine):
    ran = engine.run(SWAP, oids(live=10), "")
    assert (ran.code, ran.err) == (2, "there is no database shop__new_1 to swap in: nothing was changed\n")


def test_an_older_copy_is_never_renamed_over(engine):
    ran = engine.run(SWAP, oids(live=10, incoming=20, outgoing=30), "")
    assert (ran.code, ran.err) == (2, "a database shop__old_1 is there already: nothing was changed\n")


def test_a_failed_swap_allows_connections_again(engine):
    ran = engine.run(SWAP, oids(live=10, incoming=20), ("ERROR:  still in use\n", 3), "")
    assert (ran.code, ran.err) == (1, "the swap did not happen: ERROR:  still in use\n")
    assert "ALLOW_CONNECTIONS true" in engine.asked(3)
    assert "-v incoming=shop__new_1 -v outgoing=shop__old_1" in engine.asked(3)


def test_a_missing_live_database_is_not_swapped_but_its_name_can_be_taken(engine):
    assert engine.run(SWAP, oids(incoming=20), "").code == 2


def test_a_free_name_is_taken_and_proven(engine):
    ran = engine.run(TAKE, oids(incoming=20, outgoing=20), "", oids(live=20))
    assert (ran.code, ran.out) == (0, "shop is what shop__new_1 was\n")


def test_a_name_that_was_taken_is_not_taken_again(engine):
    assert (engine.run(TAKE, oids(live=20)).code, engine.calls) == (0, 1)


def test_a_name_is_not_taken_from_a_live_database(engine):
    assert engine.run(TAKE, oids(live=10, incoming=20, outgoing=20)).code == 2

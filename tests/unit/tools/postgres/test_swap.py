"""The swap refuses what it cannot prove, and always opens the doors again."""

from tasks.tools.postgres.psql import Database
from tasks.tools.postgres.swap import swap_script, take_script

SHOP = Database("db", "shop", "owner")
SWAP = swap_script(SHOP, "shop__new_1", "shop__old_1")


def test_the_protocol_is_in_one_session_and_its_renames_in_one_transaction():
    wanted = [
        'ALTER DATABASE "shop" ALLOW_CONNECTIONS false;',
        "pg_terminate_backend",
        "BEGIN;\nCOMMENT",
        'ALTER DATABASE "shop" RENAME TO "shop__old_1";\nALTER DATABASE "shop__new_1" RENAME TO "shop";\nCOMMIT;',
        'ALTER DATABASE "shop__old_1" ALLOW_CONNECTIONS true;\nALTER DATABASE "shop" ALLOW_CONNECTIONS true;\nSQL\n',
    ]
    _before, first, asked = SWAP.partition(wanted[0])
    asked = first + asked
    places = [asked.index(text) for text in wanted]
    assert places == sorted(places)
    assert "\nSQL\n" not in asked[: places[-1]]


def test_a_swap_is_proven_by_the_identity_of_the_databases(engine):
    ran = engine.run(SWAP, "= 10 20 -\n", "", "= 20 - 10\n", "")
    assert (ran.code, ran.out, ran.err) == (0, "shop is what shop__new_1 was\n", "")


def test_a_swap_that_psql_reports_as_done_but_is_not_is_a_failure(engine):
    ran = engine.run(SWAP, "= 10 20 -\n", "", "= 10 20 -\n", "")
    assert (ran.code, ran.err) == (1, "after the swap, shop is not what shop__new_1 was\n")


def test_a_swap_that_was_done_is_not_done_again(engine):
    ran = engine.run(SWAP, "= 20 - 10\n", "")
    assert ran.code == 0
    assert "RENAME" not in engine.asked(2)


def test_nothing_is_changed_when_there_is_nothing_to_swap_in(engine):
    ran = engine.run(SWAP, "= 10 - -\n", "")
    assert (ran.code, ran.err) == (2, "there is no database shop__new_1 to swap in: nothing was changed\n")


def test_an_older_copy_is_never_renamed_over(engine):
    ran = engine.run(SWAP, "= 10 20 30\n", "")
    assert (ran.code, ran.err) == (2, "a database shop__old_1 is there already: nothing was changed\n")


def test_a_failed_swap_allows_connections_again(engine):
    ran = engine.run(SWAP, "= 10 20 -\n", ("ERROR:  still in use\n", 3), "")
    assert (ran.code, ran.err) == (1, "the swap did not happen: ERROR:  still in use\n")
    assert "ALLOW_CONNECTIONS true" in engine.asked(3)


def test_a_missing_live_database_is_not_swapped_but_its_name_can_be_taken(engine):
    assert engine.run(SWAP, "= - 20 -\n", "").code == 2


def test_a_free_name_is_taken_and_proven(engine):
    ran = engine.run(take_script(SHOP, "shop__new_1"), "= - 20 20\n", "", "= 20 - -\n")
    assert (ran.code, ran.out) == (0, "shop is what shop__new_1 was\n")


def test_a_name_is_not_taken_from_a_live_database(engine):
    assert engine.run(take_script(SHOP, "shop__new_1"), "= 10 20 20\n").code == 2

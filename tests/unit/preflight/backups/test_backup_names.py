"""What the name of a backup says of its time and its database."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from tasks.preflight.backups.backup_names import is_of, taken

AT = datetime(2024, 1, 2, 3, 4, 5, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    "name",
    [
        "shop_20240102-030405.dump",
        "shop-20240102-030405.sql.gz",
        "pgsql_shop_db_20240102-030405.sql.zst",
        "shop_2024-01-02T03:04:05.dump",
        "backup-2024-01-02T03-04-05.sql.gz",
        "shop_2024-01-02_03h04m05.Tuesday.sql.gz",
        "shop.20240102030405.sql",
    ],
)
def test_the_time_in_the_name_comes_before_that_of_the_file(name):
    assert taken(f"daily/{name}", 1) == AT.timestamp()


@pytest.mark.parametrize("name", ["shop-20240102.sql.gz", "PG_shop.02-January-2024.dmp", "2024.01.02-shop.sql"])
def test_a_day_leaves_the_hour_to_the_file_where_that_is_of_the_day(name):
    assert taken(name, int(AT.timestamp())) == AT.timestamp()
    assert taken(name, 1) == datetime(2024, 1, 2, tzinfo=timezone.utc).timestamp()


@pytest.mark.parametrize(
    "name", ["shop.sql", "shop-202401.sql.gz", "shop_20241399.sql", "shop_20230229.sql", "v2.0.sql"]
)
def test_a_name_without_a_day_leaves_it_to_the_file(name):
    assert taken(name, 77) == 77


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("shop_20240102.dump", True),
        ("pgsql_shop_db_20240102.sql.zst", True),
        ("shop_test_20240102.dump", False),
        ("other-20240102.sql.gz", False),
        ("postgres-shop.sql", True),
        ("workshop_20240102.dump", None),
        ("by-hand.sql", None),
    ],
)
def test_a_name_says_of_which_database_it_is(name, found):
    assert is_of(f"backups/{name}", "shop", ["shop", "shop_test", "other", "postgres", "template1"]) is found

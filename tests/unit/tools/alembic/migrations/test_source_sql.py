"""What raw SQL plainly destroys is named."""

from __future__ import annotations

import pytest

from tests.unit.support.sources import classified, destroyed


def test_every_table_of_one_statement_is_named():
    assert destroyed('op.execute("DROP TABLE a, b.c")') == [("", "a", ""), ("b", "c", "")]


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE t SET a = 1",
        "ALTER TABLE t DROP CONSTRAINT c",
        "ALTER TABLE t ALTER COLUMN a DROP NOT NULL",
        "DROP VIEW v",
    ],
)
def test_raw_sql_that_drops_no_table_or_column_is_unknown_and_shown(sql):
    found = classified(f"op.execute({sql!r})")
    assert found.kind == "unknown"
    assert [f.reason for f in found.findings] == [f"raw SQL: {sql}"]

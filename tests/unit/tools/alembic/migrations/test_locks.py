"""Whom the statements of a migration keep waiting, as PostgreSQL's documentation of its locks has it."""

from __future__ import annotations

import pytest

from tasks.tools.alembic.migrations.locks import ALL, WRITERS, Lock, locks, statements


@pytest.mark.parametrize(
    ("sql", "blocks", "rewrites", "reads"),
    [
        ("ALTER TABLE t DROP COLUMN a", ALL, False, False),
        ("ALTER TABLE t ADD COLUMN a INTEGER", ALL, False, False),
        ("ALTER TABLE t ADD COLUMN a TIMESTAMP DEFAULT now() NOT NULL", ALL, False, False),
        ("ALTER TABLE t ADD COLUMN a UUID DEFAULT gen_random_uuid()", ALL, True, False),
        ("ALTER TABLE t ADD COLUMN a BIGSERIAL", ALL, True, False),
        ("ALTER TABLE t ADD COLUMN a INT GENERATED ALWAYS AS (b + 1) STORED", ALL, True, False),
        ("ALTER TABLE t ALTER COLUMN a TYPE BIGINT", ALL, True, False),
        ("ALTER TABLE t ALTER a SET DATA TYPE BIGINT USING a::bigint", ALL, True, False),
        ("ALTER TABLE t SET UNLOGGED", ALL, True, False),
        ("ALTER TABLE t ALTER COLUMN a SET NOT NULL", ALL, False, True),
        ("ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0)", ALL, False, True),
        ("ALTER TABLE t ADD CONSTRAINT c UNIQUE (a)", ALL, False, True),
        ("ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY(a) REFERENCES u (id)", WRITERS, False, True),
        ("ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY(a) REFERENCES u (id) NOT VALID", WRITERS, False, False),
        ("ALTER TABLE t RENAME COLUMN a TO b", ALL, False, False),
        ("ALTER TABLE IF EXISTS ONLY t DROP CONSTRAINT c", ALL, False, False),
        ("DROP TABLE t", ALL, False, False),
        ("TRUNCATE t", ALL, False, False),
        ("CREATE INDEX ix ON t (a)", WRITERS, False, True),
        ("CREATE UNIQUE INDEX CONCURRENTLY ix ON t USING btree (a)", "", False, True),
        ("REFRESH MATERIALIZED VIEW t", ALL, True, False),
        ("LOCK TABLE t", ALL, False, False),
    ],
)
def test_whom_a_statement_blocks_and_how_long_is_known(sql, blocks, rewrites, reads):
    (found,) = locks(f"BEGIN;\n\n-- Running downgrade\n{sql};\nCOMMIT;")
    assert found == Lock(sql, "t", blocks, rewrites, reads)


@pytest.mark.parametrize(
    "sql",
    ["UPDATE t SET a = 1", "DROP INDEX CONCURRENTLY ix", "CREATE TABLE t (a INT)", "ALTER TYPE mood ADD VALUE 'x'"],
)
def test_what_blocks_nobody_for_long_is_not_named(sql):
    assert locks(sql) == []


def test_a_semicolon_in_quotes_or_a_body_or_a_comment_ends_nothing():
    sql = "SELECT ';', \";\" -- ;\n/* ; */;DO $x$ BEGIN; END $x$; SELECT 2"
    assert [" ".join(one.split()) for one in statements(sql)] == [
        "SELECT ';', \";\"",
        "DO $x$ BEGIN; END $x$",
        "SELECT 2",
    ]


def test_it_is_said_in_a_line():
    first, second = locks('ALTER TABLE s."T 1" ALTER COLUMN a TYPE INT; CREATE INDEX CONCURRENTLY i ON t (a)')
    assert first.line.startswith('blocks readers and writers of s."T 1" while it writes the table anew: ALTER TABLE')
    assert second.line.startswith("blocks nobody on t while it reads all of the table: CREATE INDEX")

"""What the operator is told of a restore before being asked."""

from __future__ import annotations

from tasks.preflight.restore_facts import differences
from tasks.tools.postgres.backup import Section


def test_the_rows_that_only_one_side_has_are_told_table_by_table():
    section = Section(rows={"public.a": 5, "public.b": 9, "public.gone": 2, "public.same": 1, "public.odd": None})
    live = {"public.a": 8, "public.b": 4, "public.new": 7, "public.same": 1, "public.odd": 3}
    assert differences(live, section) == [
        "public.a: the live database has 3 rows that the backup does not (8 now, 5 in the backup)",
        "public.b: the backup has 5 rows that the live database does not (4 now, 9 in the backup)",
        "public.gone: the backup has it, with 2 rows; the live database does not",
        "public.new: the live database has it, with 7 rows; the backup does not",
        "public.odd: 3 rows now; how many the backup has cannot be told",
    ]


def test_equal_counts_are_not_called_the_same_data():
    (line,) = differences({"public.a": 1}, Section(rows={"public.a": 1}))
    assert "changed in place is not counted" in line

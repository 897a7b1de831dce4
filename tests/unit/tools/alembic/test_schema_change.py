"""A change of the schema, and the operator's own SQL in place of one downgrade."""

from __future__ import annotations

import pytest

from tasks.console.errors import Refused
from tasks.tools.alembic.revisions import Revision
from tasks.tools.alembic.schema_change import OverrideSql, SchemaChange

LINE = (Revision("three", ("two",)), Revision("two", ("one",)), Revision("one"))


def test_the_operators_sql_takes_the_place_of_one_downgrade_on_a_straight_line():
    change = SchemaChange(["three"], [], ["base"], LINE).with_override("two", "SELECT 1")
    assert change.moves == ["two", OverrideSql("two", "one", "SELECT 1"), "base"]
    assert change.override == OverrideSql("two", "one", "SELECT 1")
    assert (change.changes, change.goal) == (True, "base")


def test_the_oldest_migration_leads_to_base():
    change = SchemaChange(["one"], [], ["base"], LINE[2:]).with_override("one", "SELECT 1")
    assert change.override and change.override.goal == "base"


def test_a_migration_that_stays_cannot_be_overridden():
    with pytest.raises(Refused, match="one is not taken back; what is: three, two"):
        SchemaChange(["three"], ["one"], ["one"], LINE[:2]).with_override("one", "SELECT 1")
    with pytest.raises(Refused, match="one is not taken back; what is: nothing"):
        SchemaChange(["one"], ["one"]).with_override("one", "SELECT 1")


@pytest.mark.parametrize(
    ("heads", "revision"),
    [
        (["two"], Revision("two", ("one", "other"))),
        (["two"], Revision("two", ("one",), ("other",))),
        (["two", "other"], Revision("two", ("one",))),
    ],
)
def test_off_a_straight_line_there_is_no_such_place(heads, revision):
    with pytest.raises(Refused, match="straight line"):
        SchemaChange(heads, ["one"], ["one"], (revision,)).with_override("two", "SELECT 1")


def test_a_change_without_moves_changes_nothing():
    assert not SchemaChange(["one"], ["one"]).changes
    assert SchemaChange(["b", "a"], ["b", "a"]).goal == "b, a"

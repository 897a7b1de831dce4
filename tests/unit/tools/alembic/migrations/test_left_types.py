"""A type that an upgrade makes and no downgrade drops is named from the source; a doubt names nothing."""

from __future__ import annotations

import pytest

from tasks.tools.alembic.migrations import left_types

TEXT = """
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

mood = sa.Enum("a", "b", name="mood")


def upgrade():
    {up}


def downgrade():
    {down}
"""
TABLE = "op.create_table('t', sa.Column('m', sa.Enum('a', name='mood')))"


@pytest.mark.parametrize(
    "up",
    [
        TABLE,
        "op.create_table('t', sa.Column('m', mood))",
        "mood.create(op.get_bind())",
        "op.execute('CREATE TYPE mood AS ENUM ()')",
    ],
)
def test_a_type_that_nothing_drops_is_left(up):
    assert left_types(TEXT.format(up=up, down="op.drop_table('t')")) == ["mood"]


@pytest.mark.parametrize(
    "down",
    [
        "mood.drop(op.get_bind())",
        "sa.Enum(name='mood').drop(op.get_bind(), checkfirst=False)",
        "op.execute('DROP TYPE IF EXISTS other, mood')",
        "op.execute(sa.text('drop type \"mood\" cascade'))",
        "strange.drop(op.get_bind())",
        "op.execute(made())",
    ],
)
def test_one_that_is_dropped_or_may_be_is_not(down):
    assert left_types(TEXT.format(up=TABLE, down=down)) == []


@pytest.mark.parametrize(
    "column",
    [
        "postgresql.ENUM('a', name='mood', create_type=False)",
        "sa.Enum('a', name='mood', native_enum=False)",
        "sa.Text()",
    ],
)
def test_what_makes_no_type_leaves_none(column):
    up = f"op.create_table('t', sa.Column('m', {column}))"
    assert left_types(TEXT.format(up=up, down="op.drop_table('t')")) == []


@pytest.mark.parametrize("source", ["no python (", "x = 1"])
def test_what_is_no_migration_leaves_nothing(source):
    assert left_types(source) == []

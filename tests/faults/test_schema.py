"""The database and its migrations do not do what they should"""

from __future__ import annotations

import pytest

from tests.faults import commits

pytestmark = [pytest.mark.sandbox, pytest.mark.fault, pytest.mark.long]

SECOND = "alembic/versions/aaaa00000001_second.py"
MIGRATION = '''"""{title}"""

import sqlalchemy as sa
from alembic import op

revision = "aaaa00000001"
down_revision = "{parent}"


def upgrade():
    {up}


def downgrade():
    {down}
'''
NOTES = {"up": 'op.create_table("notes", sa.Column("id", sa.Integer))', "down": 'op.drop_table("notes")'}


def release(stage, title: str, parent: str, up: str, down: str) -> str:
    """A release on top of v3 with one migration more."""
    text = MIGRATION.format(title=title, parent=parent, up=up, down=down)
    return commits.make(stage.host, stage.operator.bad, title, {SECOND: text})


def test_two_heads_are_both_taken_back_and_one_down_is_refused(spoilt):
    commits.deploy(spoilt.host, release(spoilt, "second head", "8d24e6b5c073", **NOTES))
    assert spoilt.operator.revision().split() == ["aaaa00000001", "c5b90f37a4de"]
    rows = spoilt.content()
    ran = spoilt.operator.fab("migration-rollback", "--yes")
    assert ran.code == 2, ran.text
    assert "More than one way down" in ran.err
    spoilt.note("two heads", "migration-rollback by one", ran, "not needed", rows)
    ran = spoilt.must(spoilt.operator.fab("full-rollback", "--commit", spoilt.operator.good, "--yes", timeout=300))
    spoilt.rolled_back()
    spoilt.note("two heads", "the whole run", ran, "not needed", rows)


def test_a_target_with_a_head_that_the_database_never_had_is_refused(ready):
    rows, before = ready.content(), ready.operator.world()
    text = MIGRATION.format(title="second head", parent="3f1c7a90be21", **NOTES)
    target = commits.make(ready.host, ready.operator.good, "two heads", {SECOND: text})
    ran = ready.operator.fab("full-rollback", "--commit", target, "--yes")
    assert ran.code == 2, ran.text
    assert "cannot be reached by a downgrade" in ran.err
    assert "lacks 1 migration of the target" in ran.err
    assert ready.operator.world() == before
    ready.note("target has two heads, one unknown here", "before anything was changed", ran, "not needed", rows)

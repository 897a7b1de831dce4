"""What a rehearsal finds before anything is touched; and what becomes of a migration that fails all the same."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.sandbox

B2 = "alembic/versions/b2_prices.py"
MIGRATION = '''"""Prices."""

import sqlalchemy as sa
from alembic import op

revision = "b2f1d4e3a5c6"
down_revision = "a1f0c3d2e4b5"


def upgrade():
    {up}


def downgrade():
    {down}
'''
# As people write it: the type of the column is made with it, but not dropped with it.
MOOD = MIGRATION.format(
    up="mood = sa.Enum('good', 'bad', name='mood')\n    mood.create(op.get_bind())\n"
    "    op.add_column('items', sa.Column('mood', mood))",
    down="op.drop_column('items', 'mood')",
)
# Each fails with so many rows, as only the data can make it: none of them are on the clone.
FAILS = "op.execute('SELECT 1 / (count(*) - {}) FROM items')\n    "
BY_ROWS = MIGRATION.format(
    up=FAILS.format(51) + "op.add_column('items', sa.Column('price', sa.Integer))",
    down="op.drop_column('items', 'price')\n    " + FAILS.format(52),
)
ADD = "INSERT INTO items (name) VALUES ('new')"
REMOVE = "DELETE FROM items WHERE id = (SELECT max(id) FROM items)"


def test_a_type_that_is_left_behind_is_found_and_so_is_the_way_that_loses_nothing(deployment):
    tracked = {"billing/alembic/env.py": "# another tree", "billing/alembic/versions/one.py": "# its first"}
    released = {"v2": {B2: MOOD, "billing/alembic/versions/two.py": "# its second"}}
    shop = deployment("v1", tracked=tracked, released=released, values={"SHALLOW": "1"})
    assert shop.fab("release.record").code == 0
    shop.deploy("v2")
    shop.sql("UPDATE items SET mood = 'good'")
    rehearsed, before = shop.fab("db.rehearse", "--yes"), shop.runs()
    assert rehearsed.code == 0, rehearsed.text
    left = "the downgrade leaves behind what the release it leads to did not have: TYPE public.mood"
    fails = "undo could not upgrade again, only bring the snapshot back: "
    present = f"the image of {shop.good[:12]} answers 200 on the present schema"
    for said in (left, fails, present):
        assert said in rehearsed.text, rehearsed.text
    planned = shop.fab("full-rollback", "--commit", shop.good, "--plan").text
    assert planned.index(f"no data has to go: {present}") < planned.index(f"rehearsed: {fails}"), planned
    assert "billing/alembic/versions differs between the commits: another tree of migrations" in planned
    ran = shop.rollback()
    assert ran.code == 0, ran.text
    world = shop.world()
    refused = shop.fab("undo", "--yes")
    shop.untouched(refused, world, "mood", "--restore-snapshot")
    shop.undone(shop.fab("undo", "--restore-snapshot", "--yes"), before)
    assert shop.sql("SELECT count(mood) FROM items") == "50"


def test_a_migration_that_fails_costs_no_data_and_what_ran_runs_again(deployment):
    shop = deployment(released={"v2": {B2: BY_ROWS}})
    shop.sql(f"{ADD}; {ADD}")
    before = shop.runs()
    failed = shop.rollback()
    assert failed.code == 1, failed.text
    assert "swapped back" in failed.text
    assert (shop.head(), shop.revision(), shop.health()["release"]) == (shop.bad, "b2f1d4e3a5c6", "v2")
    assert {each.id for each in shop.runs() if each.running} == {each.id for each in before if each.running}
    shop.sql(REMOVE)
    done = shop.rollback()
    assert done.code == 0, done.text
    back = shop.fab("undo", "--yes")
    assert back.code == 1, back.text
    assert (shop.head(), shop.revision(), shop.health()["problem"]) == (shop.good, "a1f0c3d2e4b5", "")
    assert shop.sql("SELECT count(*) FROM items") == "51"
    shop.sql(REMOVE)
    shop.undone(shop.fab("undo", "--yes"), before)

"""What a rehearsal finds before anything is touched; and what becomes of a migration that fails all the same."""

from __future__ import annotations

import re

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
# The ids are made anew in both directions.
NEW_IDS = MIGRATION.format(
    up="op.execute('ALTER TABLE items DROP COLUMN id, ADD COLUMN id uuid PRIMARY KEY DEFAULT gen_random_uuid()')",
    down="op.execute('ALTER TABLE items DROP COLUMN id, ADD COLUMN id serial PRIMARY KEY')",
)
IDS = "SELECT id FROM items ORDER BY id"
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
    back = re.search(r"The way back: fab (.*)", ran.text)[1].split()
    assert back[:2] == ["undo", "--run"] and back[-1] == "--restore-snapshot", ran.text
    world = shop.world()
    refused = shop.fab("undo", "--yes")
    shop.untouched(refused, world, "mood", " ".join(back))
    shop.undone(shop.fab(*back, "--yes"), before)
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
    done = shop.rollback("--no-snapshot")  # with one, the upgrade would be tried with all data before it
    assert done.code == 0, done.text
    back = shop.fab("undo", "--yes")
    assert back.code == 1, back.text
    assert (shop.head(), shop.revision(), shop.health()["problem"]) == (shop.good, "a1f0c3d2e4b5", "")
    assert shop.sql("SELECT count(*) FROM items") == "51"
    shop.sql(REMOVE)
    shop.undone(shop.fab("undo", "--yes"), before)


def test_ids_that_an_undo_would_make_anew_are_told_before_it_and_come_back_from_the_snapshot_after_it(deployment):
    shop = deployment(released={"v2": {B2: NEW_IDS}})
    before, ids = shop.runs(), shop.sql(IDS)
    shop.went_back(shop.rollback(), before)
    asked = shop.fab("undo")
    said = "public.items.id: upgrading yields other values in 50 of 50 rows than the snapshot has"
    shop.untouched(asked, shop.world(), "Upgrading does not bring back the values of public.items.id")
    assert said in asked.text, asked.text
    assert "values of name come back cannot be known" in asked.text
    restore = re.search(r"recommended: fab (undo --run \S+ --restore-snapshot)", asked.text)[1].split()

    shop.undone(shop.fab("undo", "--yes"), before)
    assert not set(shop.sql(IDS).split()) & set(ids.split())
    refused = shop.fab(*restore[:-1], "--yes")
    assert refused.code == 2 and " ".join(restore) in refused.text, refused.text
    pruned = shop.fab("backups.prune", "--yes")
    assert pruned.code == 0 and "stays: it holds values that are nowhere else" in pruned.text, pruned.text

    restored = shop.fab(*restore, "--yes")
    shop.undone(restored, before)
    assert shop.sql(IDS) == ids
    again = re.search(r"The way back: fab (.*)", restored.text)[1].split()
    shop.undone(shop.fab(*again, "--yes"), before)
    assert not set(shop.sql(IDS).split()) & set(ids.split())

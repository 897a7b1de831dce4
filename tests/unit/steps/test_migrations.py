"""What is shown of the schema."""

from __future__ import annotations

import pytest

from tasks.preflight import downgrade
from tasks.preflight.backups import copies
from tasks.preflight.present import state
from tasks.preflight.revisions import previewed, schema_choice
from tasks.steps import migrations
from tasks.tools.alembic.revisions import Revision
from tasks.tools.alembic.schema_change import SchemaChange
from tests.unit.support.reports import DATABASE
from tests.unit.support.scripted import Scripted

CHANGE = SchemaChange(["b1"], ["a1"], ["a1"], (Revision("b1", ("a1",), path="m/b1.py", source="def downgrade(): ..."),))
SQL = "BEGIN;\n-- Running downgrade b1 -> a1\nDROP TABLE x;\nCOMMIT;\n"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ((SQL, "INFO", 0), SQL.strip()),
        (("", "x\nFAILED: No 'script_location' key\n", 255), "as SQL, it says: FAILED: No 'script_location' key\n"),
        (("Can't run migrations offline\n", "", 0), "as SQL, it says: Can't run migrations offline\n"),
        (("", "", 0), "as SQL, it says: nothing\n"),
    ],
)
def test_where_alembic_prints_no_sql_its_own_words_say_why_and_the_source_is_shown(mocker, capsys, said, shown):
    mocker.patch.object(state, "look")
    mocker.patch.object(schema_choice, "way_down", return_value=CHANGE)
    mocker.patch.object(copies, "database_of", return_value=DATABASE)
    mocker.patch.object(previewed, "migrations_of", return_value=[])
    mocker.patch.object(downgrade, "image_of", return_value="sha256:1")
    found = migrations._previewed(Scripted({"*": said}), state.look(None), CHANGE)
    assert found[0].sql == (SQL if "DROP" in said[0] else None)
    mocker.patch.object(migrations, "_previewed", return_value=found)
    migrations.preview(Scripted())
    out = capsys.readouterr().out
    assert shown in out
    assert ("def downgrade" in out) == (found[0].sql is None)

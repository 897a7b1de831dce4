"""The body of a downgrade is read, and nothing of it is run."""

from __future__ import annotations

import pytest

from tasks.tools.alembic import migrations
from tests.unit.support.sources import classified


@pytest.mark.parametrize("line", ["pass", "'''Only words.'''", "...", "return", "return None"])
def test_an_empty_downgrade_does_nothing(line):
    assert classified(line).kind == "nothing"


def test_what_comes_after_a_return_is_not_done():
    assert classified("return", "op.drop_table('t')").kind == "nothing"


def test_the_empty_downgrade_of_a_merge_is_no_cause_for_alarm():
    assert classified("pass", head="def upgrade():\n    pass\n").kind == "reversible"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("raise NotImplementedError('one way only')", "raises NotImplementedError('one way only')"),
        ("raise", "raises again"),
        ("op.drop_constraint(None, 't', type_='foreignkey')", "it has no name"),
        ("op.drop_constraint(None, 't')", "it has no name"),
        ("op.drop_constraint(constraint_name=None, table_name='t')", "it has no name"),
    ],
)
def test_what_is_known_to_fail_raises(line, reason):
    found = classified("op.drop_table('t')", line)
    assert found.kind == "raises"
    assert reason in found.findings[-1].reason


@pytest.mark.parametrize(
    "line",
    [
        "if x: raise ValueError",
        "if x: op.drop_constraint(None, 't')",
        "with op.batch_alter_table('t') as b: b.drop_constraint(None, type_='foreignkey')",
        "op.drop_constraint(None, 't', type_='primary')",
        "\n    ".join(["if x: return", "raise ValueError"]),
        "\n    ".join(["if x:", "    return", "op.drop_constraint(None, 't')"]),
    ],
)
def test_what_only_may_fail_is_unknown(line):
    assert classified(line).kind == "unknown"


@pytest.mark.parametrize(
    "line",
    [
        "drop_everything()",
        "upgrade()",
        "op.execute(statement)",
        "op.execute(users.delete())",
        "op.bulk_insert(t, [])",
        "op.drop_view('v')",
        "op.invoke(x)",
        "getattr(op, 'drop_table')('t')",
        "op.get_bind().execute(x)",
        "x = connection.execute('SELECT 1')",
        "x = [row for row in connection.execute(query)]",
        "sa.orm.Session(op.get_bind()).query(User).delete()",
        "sa.Table('t', sa.MetaData()).drop(op.get_bind())",
        "metadata.drop_all(op.get_bind())",
        "op.add_column('t', make_column())",
        "op.add_column('t', sa.Column('a', sa.Text(), nullable=False))",
        "op.add_column('t', sa.Column('a', sa.Text(), **more))",
        "op.alter_column('t', 'a', type_=sa.Integer())",
        "op.alter_column('t', 'a', nullable=False)",
        "op.alter_column('t', 'a', **more)",
        "op.create_index('ix', 't', ['a'], unique=True)",
        "op.create_unique_constraint('uq', 't', ['a'])",
        "with op.get_context().autocommit_block(): op.drop_index('ix')",
        "while True: break",
        "assert False",
        "x += 1",
        "del x",
        "global x",
        "exec('op.drop_table(1)')",
        "globals()['downgrade_' + name]()",
    ],
)
def test_what_is_not_understood_is_never_reversible(line):
    assert classified(line).kind == "unknown"


@pytest.mark.parametrize(
    "source",
    [
        "",
        "def upgrade(): pass",
    ],
)
def test_a_migration_without_a_downgrade_raises(source):
    assert migrations.classify(source).kind == "raises"


@pytest.mark.parametrize(
    "source",
    [
        "from common import downgrade",
        "from common import *",
        "downgrade = make()",
        "def downgrade(): pass\ndowngrade = make()",
        "def downgrade(): pass\ndef downgrade(): pass",
        "@once\ndef downgrade(): pass",
        "if X:\n    def downgrade(): pass",
        "async def downgrade(): pass",
        "def downgrade():\n    print 'x'",
        "def downgrade(): \0",
        "x = " + "-" * 100_000 + "1",
        "def downgrade(): x" + ".f()" * 3000,
    ],
)
def test_a_downgrade_that_is_no_plain_function_is_unknown(source):
    assert migrations.classify(source).kind == "unknown"

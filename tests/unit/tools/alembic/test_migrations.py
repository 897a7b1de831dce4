import pytest

from tasks.tools.alembic import migrations

HEAD = "from alembic import op\nimport sqlalchemy as sa\n\n\ndef upgrade():\n    op.add_column()\n"


def classified(*lines: str, head: str = HEAD):
    body = "".join(f"    {line}\n" for line in lines)
    return migrations.classify(f"{head}\n\ndef downgrade():\n{body}")


def destroyed(*lines: str):
    return [(f.schema, f.table, f.column) for f in classified(*lines).destroyed]


@pytest.mark.parametrize(
    "line",
    [
        "op.drop_index('ix', table_name='t')",
        "op.drop_index(op.f('ix_t_a'), table_name='t')",
        "op.drop_constraint('fk', 't', type_='foreignkey')",
        "op.create_table('t', sa.Column('id', sa.Integer(), nullable=False))",
        "op.add_column('t', sa.Column('a', sa.String(length=5), nullable=True))",
        "op.add_column('t', sa.Column('a', sa.Text(), nullable=False, server_default=sa.text('1')))",
        "op.alter_column('t', 'a', existing_type=sa.String(), nullable=True)",
        "op.alter_column('t', 'a', new_column_name='b')",
        "op.rename_table('t', 'u')",
        "op.create_index('ix', 't', ['a'], unique=False)",
        "sa.Enum(name='kind').drop(op.get_bind(), checkfirst=True)",
    ],
)
def test_what_takes_no_data_is_reversible(line):
    assert classified(line).kind == "reversible"


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("op.drop_table('t')", ("", "t", "")),
        ("op.drop_table('t', schema='s')", ("s", "t", "")),
        ("op.drop_table(table_name='t')", ("", "t", "")),
        ("op.drop_table(if_exists=True, table_name='t')", ("", "t", "")),
        ("op.drop_column('t', 'a')", ("", "t", "a")),
        ("op.drop_column('t', 'a', schema='s')", ("s", "t", "a")),
        ("op.drop_column(column_name='a', table_name='t')", ("", "t", "a")),
        ("with op.batch_alter_table('t', schema='s') as b: b.drop_column('a')", ("s", "t", "a")),
        ("x = 1; op.drop_table('t')", ("", "t", "")),
        ("name = 't'; op.drop_table(name)", ("", "t", "")),
        ("if sa.inspect(op.get_bind()).has_table('t'): op.drop_table('t')", ("", "t", "")),
        ("[op.drop_table('t') for _ in 'a']", ("", "t", "")),
        ("try: pass\n    except E: op.drop_table('t')", ("", "t", "")),
        ("op.execute('DROP TABLE IF EXISTS s.\"my t\" CASCADE')", ("s", "my t", "")),
        ("op.execute('alter table only t add b int, drop column if exists a')", ("", "t", "a")),
        ("op.execute(sa.text('TRUNCATE TABLE t'))", ("", "t", "")),
        ("op.get_bind().execute(sa.text('delete from s.t where true'))", ("s", "t", "")),
        ("op.execute(f'DELETE FROM t WHERE a = {1}')", ("", "t", "")),
    ],
)
def test_a_dropped_table_or_column_is_named(line, names):
    assert destroyed(line) == [names]
    assert classified(line).kind == "destroys"


@pytest.mark.parametrize(
    "line",
    [
        "for t in ('a', 'b'): op.drop_table(t)",
        "op.drop_table(Model.__tablename__)",
        "op.drop_table(*names)",
        "op.drop_column('t', f'{a}')",
        "with op.batch_alter_table(name) as b: b.drop_column('a')",
        "name = 't'\n    for name in names: op.drop_table(name)",
    ],
)
def test_a_drop_with_a_computed_name_destroys_but_names_nothing_to_count(line):
    found = classified(line)
    assert found.kind == "destroys"
    assert found.destroyed == []
    assert "whose name is computed" in found.findings[-1].reason


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


def test_alembics_operations_are_known_by_any_name():
    source = "from alembic import op as o\ndef downgrade():\n    o.drop_table('t')\n"
    assert migrations.classify(source).kind == "destroys"
    source = "import alembic\ndef downgrade():\n    alembic.op.drop_table('t')\n"
    assert migrations.classify(source).kind == "destroys"
    source = "from elsewhere import op\ndef downgrade():\n    op.drop_table('t')\n"
    assert migrations.classify(source).kind == "unknown"


def test_types_may_come_from_anywhere():
    head = "from alembic import op\nfrom sqlalchemy import Column, func\nimport app.types\n"
    line = "op.add_column('t', Column('a', app.types.GUID(length=3), server_default=func.now()))"
    assert classified(line, head=head).kind == "reversible"


def test_a_function_of_the_file_is_not_taken_for_a_type():
    head = f"{HEAD}\n\ndef Drop():\n    op.drop_table('t')\n"
    assert classified("op.add_column('t', Drop())", head=head).kind == "unknown"


def test_the_type_of_an_enumeration_is_known_by_its_name():
    assert classified("kind = sa.Enum(name='k')", "kind.drop(op.get_bind())").kind == "reversible"
    assert classified("kind = make()", "kind.drop(op.get_bind())").kind == "unknown"


def test_findings_stand_in_the_order_of_the_file_with_their_lines():
    found = classified("op.drop_index('ix')", "op.drop_table('t')", "op.execute('SELECT 1')")
    assert [(f.line, f.kind) for f in found.findings] == [
        (10, "reversible"),
        (11, "destroys"),
        (12, "unknown"),
    ]
    assert found.kind == "destroys"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("alembic upgrade head && uvicorn app:app", "alembic upgrade head"),
        ('CMD ["alembic", "-c", "db/alembic.ini", "upgrade", "head"]', None),
        ("command:\n  - alembic\n  - upgrade\n  - head\n", "alembic upgrade"),
        ("sh -c 'python -m alembic --raiseerr -x a=b upgrade heads; exec app'", None),
        ("#!/bin/sh\nset -e\n/opt/venv/bin/alembic upgrade head\nexec app", "alembic upgrade head"),
        ("flask db upgrade", "flask db upgrade"),
        ("python manage.py db upgrade", "python manage.py db upgrade"),
        ("    command.upgrade(config, 'head')\n", "command.upgrade(config, 'head')"),
        ("alembic.command.upgrade(config, 'head')", "alembic.command.upgrade(config, 'head')"),
    ],
)
def test_a_start_that_migrates_is_seen(text, found):
    seen = migrations.starts_upgrade(["uvicorn app:app", text])
    assert seen is not None
    assert found is None or seen == found


@pytest.mark.parametrize(
    "text",
    [
        "uvicorn app:app",
        "# alembic upgrade head\nuvicorn app:app",
        "alembic current; pip install --upgrade x",
        "RUN pip install alembic\nRUN apt-get upgrade -y",
        "alembic downgrade -1",
        "depends_on: [db]\ncommand: upgrade",
        "my-alembic upgrade",
    ],
)
def test_a_start_that_does_not_migrate_is_not_accused(text):
    assert migrations.starts_upgrade([text]) is None

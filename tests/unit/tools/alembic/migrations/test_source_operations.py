"""What Alembic's operations do to the data."""

from __future__ import annotations

import pytest

from tests.unit.support.sources import classified, destroyed


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

"""What a preview says beside the SQL: each finding with its rows, and whom the statements keep waiting."""

from __future__ import annotations

import pytest
from msgspec import to_builtins

from tasks.preflight.revisions import previewed
from tasks.preflight.revisions.previewed import Previewed
from tasks.ssh.shell import Answer
from tasks.tools.alembic.migrations.locks import locks
from tasks.tools.alembic.revisions import Revision
from tasks.tools.alembic.schema_change import SchemaChange
from tests.unit.support.reports import DATABASE
from tests.unit.support.sources import HEAD


@pytest.fixture
def migrations(mocker):
    """Return what is said of a migration whose downgrade does this, where the database counts so."""

    def found(body: str, counted: tuple[int, int] | None = None, upwards: str = ""):
        head = HEAD.replace("op.add_column()", upwards) if upwards else HEAD
        revision = Revision(
            "two", ("one",), title="Add", path="two.py", source=f"{head}\n\ndef downgrade():\n    {body}\n"
        )
        answer = Answer("= {} {}\n".format(*counted) if counted else "", "", int(not counted))
        c = mocker.Mock()
        # As a host has it: of one probe its value, of several a tuple.
        values = lambda probes: tuple(one.read(dict.fromkeys(one.commands, answer)) for one in probes)  # noqa: E731
        c.ask.side_effect = lambda *probes: values(probes) if len(probes) > 1 else values(probes)[0]
        change = SchemaChange(["two"], ["one"], ["one"], (revision,))
        return (previewed.lost_upwards if upwards else previewed.migrations_of)(c, DATABASE, change)

    return found


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("op.drop_index('ix')", "reversible"),
        ("pass", "nothing"),
        ("raise NotImplementedError", "raises"),
        ("op.execute('VACUUM')", "raw"),
        ("strange()", "unknown"),
    ],
)
def test_what_a_downgrade_is_stands_beside_it(migrations, body, kind):
    (one,) = migrations(body)
    assert (one.revision, one.kind) == ("two", kind)


def test_what_it_destroys_is_counted_live(migrations):
    found = migrations("op.drop_column('t', 'a')", (4, 3))
    (told,) = to_builtins(found)[0]["findings"]
    assert (told["kind"], told["rows"], told["values"]) == ("destroys", 4, 3)
    sql = "ALTER TABLE t DROP COLUMN a;"
    assert Previewed(found, sql, locks(sql)).comments == [
        "takes back two (Add): destroys",
        f"  two.py:{told['line']}: drops column t.a: 3 values in 4 rows go",
        "blocks readers and writers of t: ALTER TABLE t DROP COLUMN a",
    ]


def test_what_cannot_be_counted_is_said_without_a_number(migrations):
    found = migrations("op.drop_table('t')", None)
    assert Previewed(found).comments[1].endswith(": drops table t: what it holds could not be counted")


@pytest.mark.parametrize(
    ("body", "counted", "lost"),
    [
        ("op.drop_column('t', 'a')", (4, 3), ["two.py:6: drops column t.a: 3 values in 4 rows go"]),
        ("op.drop_table('t')", None, ["two.py:6: drops table t: what it holds could not be counted"]),
        ("op.execute('UPDATE t SET a = 1')", None, ["two.py:6: raw SQL: UPDATE t SET a = 1"]),
        ("op.add_column('t', sa.Column('a')); op.execute('UPDATE t SET a = 1, b = 2')", None, None),
        ("op.add_column('u', sa.Column('a')); op.execute('UPDATE t SET a = 1')", None, None),
        ("op.add_column('t', sa.Column('a')); op.execute('UPDATE t SET a = id % 5 + 1')", None, []),
        ("op.add_column('t', sa.Column('a')); op.execute('UPDATE t SET a = 1; UPDATE t SET b = 1')", None, None),
        ("op.execute('CREATE VIEW v AS SELECT 1')", None, []),
        ("op.add_column('t', sa.Column('a', sa.Integer))", None, []),
        ("raise ValueError", None, []),
    ],
)
def test_what_an_upgrade_destroys_no_downgrade_brings_back(migrations, body, counted, lost):
    found = migrations("pass", counted, upwards=body)
    assert found == lost if lost is not None else len(found) == 1

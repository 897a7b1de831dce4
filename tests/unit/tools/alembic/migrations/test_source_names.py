"""What the names in a file stand for."""

from __future__ import annotations

from tasks.tools.alembic import migrations
from tests.unit.support.sources import HEAD, classified


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

"""A downgrade is as grave as the gravest of what it does."""

from __future__ import annotations

from tests.unit.support.sources import classified


def test_findings_stand_in_the_order_of_the_file_with_their_lines():
    found = classified("op.drop_index('ix')", "op.drop_table('t')", "op.execute('SELECT 1')")
    assert [(f.line, f.kind) for f in found.findings] == [
        (10, "reversible"),
        (11, "destroys"),
        (12, "unknown"),
    ]
    assert found.kind == "destroys"

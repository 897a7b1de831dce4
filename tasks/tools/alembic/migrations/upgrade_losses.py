"""What an upgrade does to data that are there already: no downgrade brings them back."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from . import source_reader
from .findings import Finding

CHANGES = re.compile(r"raw SQL: .*\b(?:UPDATE|MERGE)\b", re.IGNORECASE)
FILLS = re.compile(r'raw SQL: UPDATE\s+(?:ONLY\s+)?"?(\w+)"?\s+SET\s+([^;]*);?', re.IGNORECASE)
TARGET = re.compile(r'(?:^|,)\s*"?(\w+)"?\s*=')


def upgrade_losses(source: str) -> list[Finding]:
    """Return what the upgrade of a migration destroys, or changes by raw SQL, the columns that it adds apart."""
    read = source_reader.upgrade_of(source)
    if read is None:
        return []
    upgrade, findings = read
    added = set(_added(upgrade))
    return [f for f in findings if f.kind == "destroys" or (CHANGES.match(f.reason) and not _fills(f.reason, added))]


def _fills(reason: str, added: set[tuple[str, str]]) -> bool:
    """Whether all that is said of the SQL is that it gives values to columns that are new."""
    found = FILLS.fullmatch(reason)
    if not found or reason.endswith("..."):
        return False
    columns = TARGET.findall(found[2])
    return bool(columns) and {(found[1], column) for column in columns} <= added


def _added(upgrade: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    """Yield table and name of each column that the upgrade plainly adds."""
    for call in ast.walk(upgrade):
        if isinstance(call, ast.Call) and getattr(call.func, "attr", "") in ("add_column", "create_table"):
            table, *columns = [*call.args, None]
            for column in columns:
                if isinstance(column, ast.Call) and column.args and (name := _text(column.args[0])) and _text(table):
                    yield _text(table), name


def _text(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""

"""What each of Alembic's operations means for the data when a downgrade calls it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from . import source_sql
from .findings import Finding, Kind

_HARMLESS = frozenset(["create_table", "drop_index", "rename_table", "create_table_comment", "drop_table_comment"])
_MAY_FAIL = frozenset(
    [
        "create_foreign_key",
        "create_check_constraint",
        "create_unique_constraint",
        "create_primary_key",
        "create_exclude_constraint",
    ]
)
VALUES = frozenset(["f", "inline_literal", "get_bind", "get_context"])
"""Operations that only return a value."""


@dataclass(frozen=True)
class Operation:
    """One call of an operation. `batch`: table and schema where it is made on a batch."""

    name: str
    call: ast.Call
    constants: dict[str, str] = field(repr=False)
    batch: tuple[str | None, str] | None = None

    def argument(self, place: int, *names: str) -> ast.expr | None:
        """Return the argument at a place or of a name, None if it is not given."""
        for keyword in self.call.keywords:
            if keyword.arg in names:
                return keyword.value
        given = self.call.args[: place + 1]
        starred = any(isinstance(argument, ast.Starred) for argument in given)
        return None if starred or place >= len(given) else given[place]

    def text(self, place: int, *names: str) -> str | None:
        """Return an argument that is a literal string, or a name for one."""
        value = self.argument(place, *names)
        if isinstance(value, ast.Name):
            return self.constants.get(value.id)
        known = isinstance(value, ast.Constant) and isinstance(value.value, str)
        return value.value if known else None

    def table(self) -> tuple[str | None, str]:
        """Return table (None if computed) and schema ('' if not given)."""
        return self.batch or (self.text(0, "table_name"), self.text(99, "schema") or "")

    def finding(self, kind: Kind, reason: str, *names: str) -> Finding:
        """Return a finding at the line of the call."""
        return Finding(kind, self.call.lineno, reason, *names)


def findings(operation: Operation) -> Iterator[Finding]:
    """Yield what an operation does. One that is not known here is `unknown`."""
    if operation.name in VALUES:
        return
    if operation.name in _HARMLESS:
        yield operation.finding("reversible", operation.name)
    elif operation.name in _MAY_FAIL:
        yield operation.finding("unknown", f"{operation.name} fails where rows break it")
    elif operation.name in _SPECIAL:
        yield from _SPECIAL[operation.name](operation)
    else:
        yield operation.finding("unknown", f"calls {operation.name}(), which is not known")


def _drop_table(operation: Operation) -> Iterator[Finding]:
    table, schema = operation.table()
    if table is None:
        yield operation.finding("destroys", "drops a table whose name is computed")
    else:
        yield operation.finding("destroys", f"drops table {table}", table, "", schema)


def _drop_column(operation: Operation) -> Iterator[Finding]:
    table, schema = operation.table()
    column = operation.text(0 if operation.batch else 1, "column_name")
    if table is None or column is None:
        yield operation.finding("destroys", "drops a column whose name is computed")
    else:
        reason = f"drops column {table}.{column}"
        yield operation.finding("destroys", reason, table, column, schema)


def _drop_constraint(operation: Operation) -> Iterator[Finding]:
    name = operation.argument(0, "constraint_name")
    unnamed = isinstance(name, ast.Constant) and name.value is None
    if not unnamed:
        yield operation.finding("reversible", "drop_constraint")
    elif operation.batch or operation.text(99, "type_") == "primary":
        reason = "drops a constraint without a name, which only a naming convention can find"
        yield operation.finding("unknown", reason)
    else:
        yield operation.finding("raises", "drop_constraint(None) fails: it has no name")


def _alter_column(operation: Operation) -> Iterator[Finding]:
    given = {keyword.arg: keyword.value for keyword in operation.call.keywords}
    nullable = given.get("nullable")
    if None in given:
        yield operation.finding("unknown", "alters a column in a way that is computed")
    elif "type_" in given:
        yield operation.finding("unknown", "changes the type of a column: values may not fit")
    elif nullable is None or (isinstance(nullable, ast.Constant) and nullable.value is True):
        yield operation.finding("reversible", "alter_column")
    else:
        yield operation.finding("unknown", "makes a column NOT NULL: fails where it is NULL")


def _add_column(operation: Operation) -> Iterator[Finding]:
    column = operation.argument(0 if operation.batch else 1, "column")
    given = {k.arg: k.value for k in column.keywords} if isinstance(column, ast.Call) else {None}
    strict = isinstance(given, dict) and "nullable" in given and "server_default" not in given
    may_be_null = strict and getattr(given["nullable"], "value", False) is True
    if None in given:
        yield operation.finding("unknown", "adds a column that is computed")
    elif strict and not may_be_null:
        reason = "adds a NOT NULL column without a default: fails where the table has rows"
        yield operation.finding("unknown", reason)
    else:
        yield operation.finding("reversible", "add_column")


def _create_index(operation: Operation) -> Iterator[Finding]:
    given = {keyword.arg: keyword.value for keyword in operation.call.keywords}
    unique = given.get("unique")
    if None in given or (unique is not None and getattr(unique, "value", True) is not False):
        yield operation.finding("unknown", "create_index(unique) fails where rows repeat")
    else:
        yield operation.finding("reversible", "create_index")


def _execute(operation: Operation) -> Iterator[Finding]:
    text = literal_text(operation.argument(0, "sqltext"), operation.constants)
    if text is None:
        yield operation.finding("unknown", "runs SQL that is computed")
    else:
        yield from source_sql.findings(text, operation.call.lineno)


def literal_text(value: ast.expr | None, constants: dict[str, str]) -> str | None:
    """Return the SQL of a string, an f-string (with {} for its values) or `text("...")`."""
    if isinstance(value, ast.Call) and len(value.args) == 1:
        value = value.args[0]
    if isinstance(value, ast.Name):
        return constants.get(value.id)
    if isinstance(value, ast.JoinedStr):
        return "".join(getattr(part, "value", "") if isinstance(part, ast.Constant) else "{}" for part in value.values)
    known = isinstance(value, ast.Constant) and isinstance(value.value, str)
    return value.value if known else None


_SPECIAL: dict[str, Callable[[Operation], Iterator[Finding]]] = {
    "add_column": _add_column,
    "alter_column": _alter_column,
    "create_index": _create_index,
    "drop_column": _drop_column,
    "drop_constraint": _drop_constraint,
    "drop_table": _drop_table,
    "execute": _execute,
}

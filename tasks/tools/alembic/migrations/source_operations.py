"""What each of Alembic's operations means for the data when a downgrade calls it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from . import source_sql
from .findings import Finding, Kind
from .source_names import Names

VALUES = {"f", "inline_literal", "get_bind", "get_context"}  # these only return a value
HARMLESS = {"create_table", "drop_index", "rename_table", "create_table_comment", "drop_table_comment"}


@dataclass(frozen=True)
class Operation:
    """One call of an operation. `batch`: table (None if computed) and schema where it is made on a batch."""

    name: str
    call: ast.Call
    names: Names = field(repr=False)
    batch: tuple[str | None, str] | None = None

    @property
    def given(self) -> dict[str | None, ast.expr]:
        """The arguments that are given by name; None is the name of those that are computed."""
        return {keyword.arg: keyword.value for keyword in self.call.keywords}

    def argument(self, place: int, name: str) -> ast.expr | None:
        """Return the argument at a place or of a name, None if it is not given."""
        before = self.call.args[: place + 1]
        starred = any(isinstance(argument, ast.Starred) for argument in before)
        return self.given.get(name, None if starred or place >= len(before) else before[place])

    def text(self, place: int, name: str) -> str | None:
        """Return an argument that is a literal string, or a name for one."""
        return self.names.text(self.argument(place, name))

    @property
    def table(self) -> tuple[str | None, str]:
        """Table (None if computed) and schema ('' if not given)."""
        return self.batch or (self.text(0, "table_name"), self.text(99, "schema") or "")

    def finding(self, kind: Kind, reason: str, *names: str) -> Finding:
        """Return a finding at the line of the call."""
        return Finding(kind, self.call.lineno, reason, *names)


def findings(operation: Operation) -> Iterator[Finding]:
    """Yield what an operation does. One that is not known here is `unknown`."""
    name = operation.name
    if name == "execute" and (text := operation.names.sql(operation.argument(0, "sqltext"))) is not None:
        yield from source_sql.findings(text, operation.call.lineno)
    elif name in RULES:
        yield RULES[name](operation)
    elif name in HARMLESS:
        yield operation.finding("reversible", name)
    elif name not in VALUES:
        yield operation.finding("unknown", f"calls {name}(): what comes of it is not known")


def _drop(operation: Operation) -> Finding:
    (table, schema), kind = operation.table, operation.name.removeprefix("drop_")
    column = "" if kind == "table" else operation.text(0 if operation.batch else 1, "column_name")
    if table is None or column is None:
        return operation.finding("destroys", f"drops a {kind} whose name is computed")
    name = f"{table}.{column}" if column else table
    return operation.finding("destroys", f"drops {kind} {name}", table, column, schema)


def _drop_constraint(operation: Operation) -> Finding:
    name = operation.argument(0, "constraint_name")
    if not isinstance(name, ast.Constant) or name.value is not None:
        return operation.finding("reversible", "drop_constraint")
    if operation.batch or operation.text(99, "type_") == "primary":
        return operation.finding("unknown", "drops a constraint without a name, which only a naming convention finds")
    return operation.finding("raises", "drop_constraint(None) fails: it has no name")


def _constrain(operation: Operation) -> Finding:
    """What may ask of rows what they do not have: a value, another type, to be alone."""
    place = 0 if operation.batch else 1
    made = operation.argument(place, "column") if operation.name == "add_column" else operation.call
    keywords = made.keywords if isinstance(made, ast.Call) else [ast.keyword(None, ast.Constant(None))]
    given = {keyword.arg: keyword.value for keyword in keywords}
    loose = _is_or_missing(given.get("nullable"), True) and _is_or_missing(given.get("unique"), False)
    filled = operation.name == "add_column" and "server_default" in given
    if None in given:
        return operation.finding("unknown", f"{operation.name} in a way that is computed")
    if filled or (loose and "type_" not in given):
        return operation.finding("reversible", operation.name)
    return operation.finding("unknown", f"{operation.name} fails where rows do not fit")


def _is_or_missing(value: ast.expr | None, expected: bool) -> bool:
    """Whether an argument is not given, or is as `expected`."""
    return value is None or (isinstance(value, ast.Constant) and value.value is expected)


RULES: dict[str, Callable[[Operation], Finding]] = {
    "add_column": _constrain,
    "alter_column": _constrain,
    "create_index": _constrain,
    "drop_column": _drop,
    "drop_constraint": _drop_constraint,
    "drop_table": _drop,
}

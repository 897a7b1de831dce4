"""Reads the body of `downgrade()` from its syntax tree; nothing of it is run."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from ..revisions.migration_files import bound_names
from . import source_operations, source_sql
from .findings import Downgrade, Finding
from .source_names import Names
from .source_operations import Operation

_BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.Try, ast.Match)
_SILENT = (ast.Pass, ast.Continue, ast.Break, ast.Import, ast.ImportFrom, ast.FunctionDef)
_RUNS_SQL = ("execute", "exec_driver_sql", "scalar", "scalars")


def classify(source: str) -> Downgrade:
    """Return what the downgrade of a migration does. What is not understood is `unknown`."""
    try:
        return Downgrade(tuple(_findings(_tree(source))))
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 0
        return Downgrade((Finding("unknown", line, "is no Python that can be read here"),))
    except (RecursionError, MemoryError):
        return Downgrade((Finding("unknown", 0, "is nested too deeply to read"),))


def upgrade_of(source: str) -> tuple[ast.FunctionDef, list[Finding]] | None:
    """Return the upgrade of a migration, and what it does; None where there is none that can be read."""
    try:
        tree = _tree(source)
        up = _function(tree, "upgrade")
        return None if isinstance(up, Finding) else (up, list(_Reader(Names.of(tree)).block(up.body)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _tree(source: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source)


def _findings(tree: ast.Module) -> list[Finding]:
    down, up = _function(tree, "downgrade"), _function(tree, "upgrade")
    if isinstance(down, Finding):
        return [down]
    reader = _Reader(Names.of(tree))
    found = list(reader.block(down.body))
    if found:
        return found
    if not isinstance(up, Finding) and not list(reader.block(up.body)):
        return [Finding("reversible", down.lineno, "the upgrade does nothing either")]
    return [Finding("nothing", down.lineno, "does nothing: what the upgrade did stays")]


def _function(tree: ast.Module, name: str) -> ast.FunctionDef | Finding:
    """The one plain function of that name, or what is to be said instead."""
    places = [statement for statement in tree.body if name in bound_names(statement)]
    if not places:
        stars = [n for n in tree.body if isinstance(n, ast.ImportFrom) and n.names[0].name == "*"]
        return Finding("unknown" if stars else "raises", 0, f"has no {name}() of its own")
    found = places[-1]
    if len(places) > 1 or not isinstance(found, ast.FunctionDef) or found.decorator_list:
        return Finding("unknown", found.lineno, f"{name}() is not one plain function")
    return found


@dataclass(frozen=True)
class _Reader:
    """Reads statements; `batches` are the batches open around them: table and schema."""

    names: Names
    batches: dict[str, tuple[str | None, str]] = field(default_factory=dict)

    def block(self, statements: Iterable[ast.stmt]) -> Iterator[Finding]:
        """Yield what the statements do, up to where they certainly end."""
        sure = True
        for statement in statements:
            found = self._statement(statement)
            yield from found if sure else _unsure(found)
            if isinstance(statement, (ast.Return, ast.Raise)):
                return
            returns = (isinstance(node, ast.Return) for node in ast.walk(statement))
            sure = sure and not (isinstance(statement, _BLOCKS) and any(returns))

    def _statement(self, statement: ast.stmt) -> Iterator[Finding]:
        if isinstance(statement, ast.Raise):
            raised = ast.unparse(statement.exc)[:80] if statement.exc else "again"
            yield Finding("raises", statement.lineno, f"raises {raised}")
        elif isinstance(statement, ast.With):
            yield from self._with(statement)
        elif isinstance(statement, _BLOCKS):
            yield Finding("unknown", statement.lineno, "depends on a condition, loop or error")
            yield from _unsure(self.block(_inner(statement)))
        elif isinstance(statement, (ast.Expr, ast.Assign, ast.AnnAssign, ast.Return)):
            yield from self._value(statement.value)
        elif not isinstance(statement, _SILENT):
            kind = type(statement).__name__.lower()
            yield Finding("unknown", statement.lineno, f"has a statement of kind {kind}")

    def _with(self, statement: ast.With) -> Iterator[Finding]:
        inner = self
        for item in statement.items:
            call, name = item.context_expr, item.optional_vars
            operation = self._operation(call)
            if operation and operation.name == "batch_alter_table" and isinstance(name, ast.Name):
                inner = replace(inner, batches={**inner.batches, name.id: operation.table})
            else:
                yield Finding("unknown", call.lineno, f"runs inside {ast.unparse(call)[:60]}")
        yield from inner.block(statement.body)

    def _value(self, value: ast.AST | None) -> Iterator[Finding]:
        """What evaluating an expression does: each call in it, the outermost first."""
        if isinstance(value, ast.Call):
            yield from self._call(value)
        for node in ast.iter_child_nodes(value) if value is not None else ():
            yield from self._value(node)

    def _call(self, call: ast.Call) -> Iterator[Finding]:
        operation = self._operation(call)
        runs = isinstance(call.func, ast.Attribute) and call.func.attr in _RUNS_SQL
        text = self.names.sql(call.args[0]) if call.args else None
        if operation is not None:
            yield from source_operations.findings(operation)
        elif runs and text is not None:
            yield from source_sql.findings(text, call.lineno)
        elif self.names.drops_enum(call.func):
            yield Finding("reversible", call.lineno, "drops a type")
        elif runs or not self.names.only_builds(call.func):
            yield Finding("unknown", call.lineno, f"calls {ast.unparse(call.func)[:60]}()")

    def _operation(self, call: ast.expr) -> Operation | None:
        """The operation that is called, on `op` itself or on a batch."""
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
            return None
        owner = ast.unparse(call.func.value)
        if owner not in self.names.op and owner not in self.batches:
            return None
        return Operation(call.func.attr, call, self.names, self.batches.get(owner))


def _unsure(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings of what may not be reached: a failure there is not certain."""
    for finding in findings:
        yield replace(finding, kind="unknown") if finding.kind == "raises" else finding


def _inner(statement: ast.AST) -> Iterator[ast.stmt]:
    """All statements of a branch or loop, whether or not they are reached."""
    for node in ast.iter_child_nodes(statement):
        if isinstance(node, ast.stmt) and not isinstance(node, (ast.Return, ast.Raise)):
            yield node
        elif isinstance(node, (ast.ExceptHandler, ast.match_case)):
            yield from _inner(node)
        elif isinstance(node, ast.expr):
            yield ast.copy_location(ast.Expr(node), node)

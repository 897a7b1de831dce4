"""What the names in a migration file stand for."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

LIBRARIES = {"sa", "sqlalchemy", "sqlmodel", "postgresql", "mysql", "sqlite", "mssql"}
BUILTIN = {"str", "int", "list", "tuple", "dict", "set", "print"}
READING = {"bindparams", "columns", "where", "values", "has_table", "get_table_names", "get_columns", "get_indexes"}


@dataclass(frozen=True)
class Names:
    """What the names of a file stand for.

    `op` are Alembic's operations, `functions` the file's own; `builders` only make values; `assigned` are the values
    of names that are bound in one place only.
    """

    op: set[str]
    functions: set[str]
    builders: set[str]
    assigned: dict[str, ast.expr]

    @classmethod
    def of(cls, tree: ast.Module) -> Names:
        """Return what the names in a file stand for."""
        nodes = list(ast.walk(tree))
        return cls(
            {alias for name, alias in _imported(nodes, "alembic") if name == "op"} | {"alembic.op"},
            {n.name for n in nodes if isinstance(n, ast.FunctionDef)},
            LIBRARIES | BUILTIN | {alias for _name, alias in _imported(nodes, "sqlalchemy")},
            dict(_assigned(nodes)),
        )

    def text(self, value: ast.expr | None) -> str | None:
        """Return the text of a literal string, or of a name for one."""
        if isinstance(value, ast.Name):
            value = self.assigned.get(value.id)
        return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None

    def sql(self, value: ast.expr | None) -> str | None:
        """Return the SQL of a string, an f-string (with {} for its values) or `text("...")`."""
        if isinstance(value, ast.Call) and len(value.args) == 1:
            value = value.args[0]
        if isinstance(value, ast.JoinedStr):
            return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in value.values)
        return self.text(value)

    def only_builds(self, function: ast.expr) -> bool:
        """Tell whether calling this only makes a value: a class, or a part of SQLAlchemy."""
        if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Call):
            return function.attr in READING and self.only_builds(function.value.func)
        name = ast.unparse(function)
        root, last = name.split(".")[0], name.split(".")[-1]
        known = root in self.builders or last[:1].isupper()
        return known and root not in self.functions and name.replace(".", "").isidentifier()

    def enum(self, value: ast.AST | None) -> ast.Call | None:
        """Return the call that makes one of SQLAlchemy's enumerations, where a value is that, or a name for it."""
        if isinstance(value, ast.Name):
            value = self.assigned.get(value.id)
        made = isinstance(value, ast.Call) and ast.unparse(value.func).split(".")[-1].upper() == "ENUM"
        return value if made and isinstance(value, ast.Call) else None

    def drops_enum(self, function: ast.expr) -> bool:
        """Tell whether calling this drops the type of one of SQLAlchemy's enumerations."""
        return isinstance(function, ast.Attribute) and function.attr == "drop" and self.enum(function.value) is not None


def _assigned(nodes: list[ast.AST]) -> Iterator[tuple[str, ast.expr]]:
    """Every name that the file binds in one place only, by an assignment, and its value."""
    stored = [n.id for n in nodes if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)]
    bound = Counter([*stored, *(n.arg for n in nodes if isinstance(n, ast.arg))])
    for node in nodes:
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if isinstance(target, ast.Name) and bound[target.id] == 1:
                yield target.id, node.value


def _imported(nodes: list[ast.AST], package: str) -> Iterator[tuple[str, str]]:
    """What is imported from a package, and under which name."""
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == package:
            yield from ((alias.name, alias.asname or alias.name) for alias in node.names)

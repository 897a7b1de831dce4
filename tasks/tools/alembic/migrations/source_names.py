"""What the names in a migration file stand for."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

LIBRARIES = {"sa", "sqlalchemy", "sqlmodel", "postgresql", "mysql", "sqlite", "mssql"}
BUILTIN = {"str", "int", "list", "tuple", "dict", "set", "print"}
BUILDING = {"bindparams", "label", "cast", "with_variant", "columns", "where", "values", "scalar_subquery"}
INSPECTING = {"has_table", "get_table_names", "get_columns", "get_indexes"}
READING = BUILDING | INSPECTING | {"get_foreign_keys", "get_unique_constraints"}


@dataclass(frozen=True)
class Names:
    """What the names of a file stand for.

    `op` are Alembic's operations, `functions` the file's own, `constants` strings by name, `enums` SQLAlchemy's
    enumerations; `builders` only make values.
    """

    op: frozenset[str]
    functions: frozenset[str]
    constants: dict[str, str]
    enums: frozenset[str]
    builders: frozenset[str]

    @classmethod
    def of(cls, tree: ast.Module) -> Names:
        """Return what the names in a file stand for."""
        nodes = list(ast.walk(tree))
        assigned = dict(_assigned(nodes))
        texts = {name: value.value for name, value in assigned.items() if isinstance(value, ast.Constant)}
        return cls(
            frozenset(alias for name, alias in _imported(nodes, "alembic") if name == "op") | {"alembic.op"},
            frozenset(n.name for n in nodes if isinstance(n, ast.FunctionDef)),
            {name: text for name, text in texts.items() if isinstance(text, str)},
            frozenset(name for name, value in assigned.items() if _makes_enum(value)),
            frozenset(LIBRARIES | BUILTIN | {alias for _name, alias in _imported(nodes, "sqlalchemy")}),
        )

    def only_builds(self, function: ast.expr) -> bool:
        """Tell whether calling this only makes a value: a class, or a part of SQLAlchemy."""
        if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Call):
            return function.attr in READING and self.only_builds(function.value.func)
        name = ast.unparse(function)
        root, last = name.split(".")[0], name.split(".")[-1]
        known = root in self.builders or last[:1].isupper()
        return known and root not in self.functions and name.replace(".", "").isidentifier()

    def drops_enum(self, function: ast.expr) -> bool:
        """Tell whether calling this drops the type of an enumeration."""
        if not isinstance(function, ast.Attribute) or function.attr != "drop":
            return False
        owner = function.value
        return owner.id in self.enums if isinstance(owner, ast.Name) else _makes_enum(owner)


def _makes_enum(value: ast.expr) -> bool:
    """Whether an expression makes one of SQLAlchemy's enumerations."""
    return isinstance(value, ast.Call) and ast.unparse(value.func).split(".")[-1].upper() == "ENUM"


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

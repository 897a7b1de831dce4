"""What the names in a migration file stand for."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

_BUILDERS = frozenset(
    [
        "sa",
        "sqlalchemy",
        "sqlmodel",
        "postgresql",
        "mysql",
        "sqlite",
        "mssql",
        "str",
        "int",
        "list",
        "tuple",
        "dict",
        "set",
        "print",
    ]
)
_READING = frozenset(
    [
        "bindparams",
        "label",
        "cast",
        "with_variant",
        "columns",
        "where",
        "values",
        "scalar_subquery",
        "has_table",
        "get_table_names",
        "get_columns",
        "get_indexes",
        "get_foreign_keys",
        "get_unique_constraints",
    ]
)


@dataclass(frozen=True)
class Names:
    """`op`: Alembic's operations; `functions`: the file's own; `constants`: strings by name;
    `enums`: SQLAlchemy's enumerations; `builders`: what only makes values.
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
        return cls(
            frozenset(_imported(nodes, "alembic", {"op"})) | {"alembic.op"},
            frozenset(n.name for n in nodes if isinstance(n, ast.FunctionDef)),
            {name: v.value for name, v in assigned.items() if _is_text(v)},
            frozenset(name for name, v in assigned.items() if makes_enum(v)),
            _BUILDERS | frozenset(_imported(nodes, "sqlalchemy")),
        )

    def only_builds(self, function: ast.expr) -> bool:
        """Tell whether calling this only makes a value: a class, or a part of SQLAlchemy."""
        if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Call):
            return function.attr in _READING and self.only_builds(function.value.func)
        name = ast.unparse(function)
        root, last = name.split(".")[0], name.split(".")[-1]
        known = root in self.builders or last[:1].isupper()
        return known and root not in self.functions and name.replace(".", "").isidentifier()

    def drops_enum(self, function: ast.expr) -> bool:
        """Tell whether calling this drops the type of an enumeration."""
        if not isinstance(function, ast.Attribute) or function.attr != "drop":
            return False
        owner = function.value
        return owner.id in self.enums if isinstance(owner, ast.Name) else makes_enum(owner)


def makes_enum(value: ast.expr | None) -> bool:
    """Tell whether an expression makes one of SQLAlchemy's enumerations."""
    return isinstance(value, ast.Call) and ast.unparse(value.func).split(".")[-1].upper() == "ENUM"


def _is_text(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def _assigned(nodes: list[ast.AST]) -> Iterator[tuple[str, ast.expr]]:
    """Every name that the file binds in one place only, by an assignment, and its value."""
    bound = Counter(
        node.id if isinstance(node, ast.Name) else node.arg
        for node in nodes
        if isinstance(node, ast.arg) or (isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load))
    )
    for node in nodes:
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if isinstance(targets[0], ast.Name) and bound[targets[0].id] == 1:
                yield targets[0].id, node.value


def _imported(nodes: list[ast.AST], package: str, names: set[str] | None = None) -> Iterator[str]:
    """The names under which (some) names of a package are imported."""
    for node in nodes:
        inside = isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == package
        for alias in node.names if inside else []:
            if names is None or alias.name in names:
                yield alias.asname or alias.name

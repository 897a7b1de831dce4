"""The types that a downgrade forgets: made by its upgrade together with a table, or by hand, and dropped by nothing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from .source_names import Names

_CREATE = re.compile(r'\bCREATE\s+TYPE\s+"?([\w.]+)"?', re.IGNORECASE)
_DROP = re.compile(r"\bDROP\s+TYPE\s+(?:IF\s+EXISTS\s+)?([^;]+)", re.IGNORECASE)


def left_types(source: str) -> list[str]:
    """Return the names of the types that a migration makes and its downgrade leaves; none where that is not certain."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return []
    functions = {one.name: one for one in tree.body if isinstance(one, ast.FunctionDef)}
    if not functions.keys() >= {"upgrade", "downgrade"}:
        return []
    names = Names.of(tree)
    dropped = list(_dropped(functions["downgrade"], names))
    made = dict.fromkeys(_made(functions["upgrade"], names))
    return [] if None in dropped else [name for name in made if name not in dropped]


def _made(function: ast.FunctionDef, names: Names) -> Iterator[str]:
    for method, owner, call in _calls(function):
        if method == "create_table":
            yield from (name for one in ast.walk(call) if (name := _enum(one, names)))
        elif method == "create" and (name := _enum(owner, names)):
            yield name
        elif method == "execute" and call.args and (sql := names.sql(call.args[0])):
            yield from _CREATE.findall(sql)


def _dropped(function: ast.FunctionDef, names: Names) -> Iterator[str | None]:
    """Yield what is dropped; None for a type, or SQL, whose name is computed."""
    for method, owner, call in _calls(function):
        if method == "drop":
            yield _enum(owner, names)
        elif method == "execute":
            sql = names.sql(call.args[0]) if call.args else None
            yield from [None] if sql is None else (one for found in _DROP.findall(sql) for one in _list(found))


def _enum(value: ast.AST, names: Names) -> str | None:
    """Return the name of the type that an expression makes with its table; None for anything else."""
    made = names.enum(value)
    given = {keyword.arg: keyword.value for keyword in made.keywords} if made else {}
    off = (given.get(name) for name in ("create_type", "native_enum"))
    if any(isinstance(one, ast.Constant) and one.value is False for one in off):
        return None
    return names.text(given.get("name"))


def _calls(function: ast.FunctionDef) -> Iterator[tuple[str, ast.expr, ast.Call]]:
    """Yield the name of each method that is called, and on what."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr, node.func.value, node


def _list(names: str) -> list[str]:
    return [name.split()[0].strip('"') for name in names.split(",") if name.strip()]

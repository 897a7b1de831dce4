"""What the top level of a Python file binds the names of a migration to; nothing is run."""

from __future__ import annotations

import ast
import importlib.util
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from .answers import UndecidedError

_NAMES = frozenset({"revision", "down_revision", "depends_on", "branch_labels"})
_TOP_LEVEL = re.compile(r"^(\w+)[ \t]*(?::[^=\n]*)?=(?!=)", re.MULTILINE)
_DOCSTRING = re.compile(r"\A(?:\s*#.*\n|\s)*[ruRU]{0,2}(\"\"\"|''')(.*?)\1", re.DOTALL)


@dataclass(frozen=True)
class Binding:
    """One place that gives a name a value; `value` None where that is more than a literal."""

    value: ast.expr | None
    line: int


def text(content: bytes) -> str:
    """Return the source as Python decodes it, or as bytes where it cannot."""
    try:
        return importlib.util.decode_source(content)
    except (SyntaxError, UnicodeDecodeError):
        return content.decode("latin-1").replace("\r\n", "\n")


def parsed(content: bytes, source: str) -> tuple[str, dict[str, list[Binding]]]:
    """Return the docstring's first line, and what is bound, by name.

    A file that this Python cannot parse (`print x`) is searched by a pattern.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(content)
    except (SyntaxError, ValueError):
        match = _DOCSTRING.match(source)
        return _first_line(match and match[2]), _collected(_bindings_by_pattern(source))
    except (RecursionError, MemoryError) as error:
        raise UndecidedError("nested too deeply to read") from error
    return _first_line(ast.get_docstring(tree, clean=False)), _collected(_bindings(tree, b"global" in content))


def _first_line(docstring: str | None) -> str:
    return next((line.strip() for line in (docstring or "").splitlines() if line.strip()), "")


def _collected(bindings: Iterator[tuple[str, Binding]]) -> dict[str, list[Binding]]:
    found: dict[str, list[Binding]] = {}
    for name, binding in bindings:
        found.setdefault(name, []).append(binding)
    return found


def _bindings(tree: ast.Module, has_global: bool) -> Iterator[tuple[str, Binding]]:
    for statement in tree.body:
        if isinstance(statement, ast.Assign):
            targets, value = statement.targets, statement.value
        elif isinstance(statement, ast.AnnAssign):
            targets, value = [statement.target] if statement.value else [], statement.value
        else:
            yield from _other_bindings(statement, has_global)
            continue
        for target in targets:
            plain = isinstance(target, ast.Name)
            for name in _stored(target):
                yield name, Binding(value if plain else None, statement.lineno)


def _other_bindings(statement: ast.stmt, has_global: bool) -> Iterator[tuple[str, Binding]]:
    """Blocks, imports, definitions: whatever they bind is not a literal at the top level."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        inside = ast.walk(statement) if has_global else ()
        globals_ = (node for node in inside if isinstance(node, ast.Global))
        names = [statement.name, *(name for node in globals_ for name in node.names)]
    elif isinstance(statement, (ast.Import, ast.ImportFrom)):
        names = [alias.asname or alias.name for alias in statement.names]
    else:
        names = list(_stored(statement))
    for name in _NAMES.intersection(names):
        yield name, Binding(None, statement.lineno)


def _stored(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    for child in ast.walk(node):
        if isinstance(child, ast.Name) and child.id in _NAMES:
            if not isinstance(child.ctx, ast.Load):
                yield child.id
        elif isinstance(child, ast.alias) and (child.asname or child.name) in _NAMES:
            yield child.asname or child.name


def _bindings_by_pattern(source: str) -> Iterator[tuple[str, Binding]]:
    for match in _TOP_LEVEL.finditer(source):
        if match[1] in _NAMES:
            line = source.count("\n", 0, match.start()) + 1
            yield match[1], Binding(_expression(source[match.end() :]), line)


def _expression(text: str) -> ast.expr | None:
    """The expression that `text` begins with, over up to twenty lines."""
    lines = text.split("\n", 20)[:20]
    for count in range(1, len(lines) + 1):
        try:
            return ast.parse("(" + "\n".join(lines[:count]) + "\n)", mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return None

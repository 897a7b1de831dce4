"""What one migration file says of itself, read from its syntax tree and never by running it."""

from __future__ import annotations

import ast
import importlib.util
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from .answers import UndecidedError

LARGEST = 4_000_000  # bytes
NAMES = frozenset({"revision", "down_revision", "depends_on", "branch_labels"})
TOP_LEVEL = re.compile(r"^(\w+)[ \t]*(?::[^=\n]*)?=(?!=)", re.MULTILINE)
DOCSTRING = re.compile(r"\A(?:\s*#.*\n|\s)*[ruRU]{0,2}(\"\"\"|''')(.*?)\1", re.DOTALL)
LEGACY_NAME = re.compile(r"([a-f0-9]+)\.py$")
ILLEGAL = re.compile("[-@+:]")

Bound = tuple[ast.expr | None, int]
"""The value of a name, None where it is more than a literal, and the line that gives it."""


@dataclass(frozen=True)
class MigrationFile:
    """The identifiers of one migration as written; `lines` tells where each name is assigned."""

    revision: str
    down_revisions: tuple[str, ...]
    depends_on: tuple[str, ...]
    branch_labels: tuple[str, ...]
    title: str
    source: str = field(repr=False)
    lines: Mapping[str, int] = field(repr=False)


def read_migration(content: bytes | None, name: str) -> MigrationFile:
    """Return what a migration file called `name` says. Raises UndecidedError (without a path)."""
    if content is None:
        raise UndecidedError("no down_revision in it")
    if len(content) > LARGEST:
        raise UndecidedError("too large to read")
    source = _decoded(content)
    title, bound = _parsed(content, source)
    if "down_revision" not in bound:
        raise UndecidedError("no down_revision in it")
    return MigrationFile(
        _revision(bound, name),
        _identifiers(bound, "down_revision"),
        _identifiers(bound, "depends_on"),
        _labels(bound),
        title,
        source,
        {key: places[0][1] for key, places in bound.items()},
    )


def _decoded(content: bytes) -> str:
    """The source as Python decodes it, or as bytes where it cannot."""
    try:
        return importlib.util.decode_source(content)
    except (SyntaxError, UnicodeDecodeError):
        return content.decode("latin-1").replace("\r\n", "\n")


def _parsed(content: bytes, source: str) -> tuple[str, dict[str, list[Bound]]]:
    """The docstring's first line, and what is bound at the top level, by name.

    A file that this Python cannot parse (`print x`) is searched by a pattern.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(content)
        docstring, bindings = ast.get_docstring(tree, clean=False), _bindings(tree)
        return _first_line(docstring), _by_name(bindings)
    except (SyntaxError, ValueError):
        match = DOCSTRING.match(source)
        return _first_line(match[2] if match else ""), _by_name(_bindings_by_pattern(source))
    except (RecursionError, MemoryError) as error:
        raise UndecidedError("nested too deeply to read") from error


def _first_line(docstring: str | None) -> str:
    return next((line.strip() for line in (docstring or "").splitlines() if line.strip()), "")


def _by_name(bindings: Iterator[tuple[str, Bound]]) -> dict[str, list[Bound]]:
    found: dict[str, list[Bound]] = {}
    for name, bound in bindings:
        found.setdefault(name, []).append(bound)
    return found


def _bindings(tree: ast.Module) -> Iterator[tuple[str, Bound]]:
    for statement in tree.body:
        assigned, value = isinstance(statement, (ast.Assign, ast.AnnAssign)), getattr(statement, "value", None)
        if assigned and value is None:
            continue  # a type alone
        targets = getattr(statement, "targets", [getattr(statement, "target", None)]) if assigned else []
        plain = {target.id for target in targets if isinstance(target, ast.Name)}
        for name in _stored(statement):
            if name in NAMES:
                yield name, (value if name in plain else None, statement.lineno)


def _stored(node: ast.AST) -> Iterator[str]:
    """Every name that a statement binds; of functions and classes their own, and what they call global."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
        for inner in ast.walk(node):
            yield from inner.names if isinstance(inner, ast.Global) else ()
        return
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id
    elif isinstance(node, ast.alias):
        yield node.asname or node.name
    for child in ast.iter_child_nodes(node):
        yield from _stored(child)


def _bindings_by_pattern(source: str) -> Iterator[tuple[str, Bound]]:
    for match in TOP_LEVEL.finditer(source):
        if match[1] in NAMES:
            line = source.count("\n", 0, match.start()) + 1
            yield match[1], (_expression(source[match.end() :]), line)


def _expression(text: str) -> ast.expr | None:
    """The expression that `text` begins with, over up to twenty lines."""
    lines = text.split("\n", 20)[:20]
    for count in range(1, len(lines) + 1):
        try:
            return ast.parse("(" + "\n".join(lines[:count]) + "\n)", mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return None


def _literal(bound: Mapping[str, list[Bound]], name: str) -> object:
    """The value of a name that is bound once, to a literal. Raises UndecidedError otherwise."""
    (value, line), *more = bound[name]
    if more:
        raise UndecidedError(f"{name} is assigned twice", line=more[0][1])
    try:
        if value is None:
            raise ValueError
        return ast.literal_eval(value)
    except (ValueError, TypeError, RecursionError, MemoryError) as error:
        raise UndecidedError(f"{name} is computed", line=line) from error


def _revision(bound: Mapping[str, list[Bound]], name: str) -> str:
    if "revision" not in bound:
        legacy = LEGACY_NAME.match(name)
        if not legacy:
            raise UndecidedError("no revision in it")
        return legacy[1]
    value, line = _literal(bound, "revision"), bound["revision"][0][1]
    if not isinstance(value, str):
        raise UndecidedError("revision is not a string", line=line)
    if not value or ILLEGAL.search(value) or value in ("base", "head", "heads"):
        raise UndecidedError(f"{value!r} cannot be the name of a revision", line=line)
    return value


def _identifiers(bound: Mapping[str, list[Bound]], name: str) -> tuple[str, ...]:
    """None, one string or several, as a tuple."""
    value = _literal(bound, name) if name in bound else None
    values = () if value is None else (value,) if isinstance(value, str) else value
    if not isinstance(values, (tuple, list, set)) or not all(isinstance(v, str) for v in values):
        raise UndecidedError(f"{name} is not made of strings", line=bound[name][0][1])
    return tuple(dict.fromkeys(values))


def _labels(bound: Mapping[str, list[Bound]]) -> tuple[str, ...]:
    """The branch labels as far as they are literal: only a depends_on can need them."""
    try:
        return _identifiers(bound, "branch_labels")
    except UndecidedError:
        return ()

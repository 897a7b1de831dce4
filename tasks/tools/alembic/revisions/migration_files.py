"""What one migration file says of itself, read from its syntax tree and never by running it."""

from __future__ import annotations

import ast
import functools
import importlib.util
import re
import warnings
from collections.abc import Iterator

from .answers import UndecidedError
from .graph import Revision

NAMES = ("revision", "down_revision", "depends_on", "branch_labels")
# An assignment at the top level, as far as the next line that is not indented.
ASSIGNMENT = re.compile(rf"^(?:{'|'.join(NAMES)})\b[ \t]*(?::[^=\n]*)?=(?!=).*(?:\n[ \t)\]].*)*", re.MULTILINE)
ID = re.compile("[^-@+:]+")


@functools.cache  # several commits share most of their files
def read_migration(content: bytes | None) -> Revision:
    """Return what a migration file says, as it is written. Raises UndecidedError (without a path)."""
    source = decoded(content or b"")
    try:
        tree = _parsed(content or b"", source)
        written = _written(tree)
    except (RecursionError, MemoryError) as error:
        raise UndecidedError("nested too deeply to read") from error
    if "down_revision" not in written:
        raise UndecidedError("no down_revision in it")
    revision, docstring = written.get("revision"), (ast.get_docstring(tree) or "").strip()
    if not isinstance(revision, str) or not ID.fullmatch(revision):
        raise UndecidedError(f"{revision!r} cannot be the name of a revision")
    down, depends, labels = (_identifiers(name, written.get(name)) for name in NAMES[1:])
    return Revision(revision, down, depends, labels, docstring.partition("\n")[0].strip(), source=source)


def decoded(content: bytes) -> str:
    """Return the source as Python decodes it, or as bytes where it cannot."""
    try:
        return importlib.util.decode_source(content)
    except (SyntaxError, UnicodeDecodeError):
        return content.decode("latin-1").replace("\r\n", "\n")


def _parsed(content: bytes, source: str) -> ast.Module:
    """The syntax tree; of a file that this Python cannot parse (`print x`), that of the assignments that count."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(content)
        except (SyntaxError, ValueError):
            try:
                return ast.parse("\n".join(ASSIGNMENT.findall(source)))
            except (SyntaxError, ValueError) as error:
                raise UndecidedError("is no Python that can be read here") from error


def _written(tree: ast.Module) -> dict[str, object]:
    """The literals that the names that count are bound to. Raises UndecidedError where one is bound otherwise."""
    found: dict[str, object] = {}
    for statement in tree.body:
        if isinstance(statement, ast.AnnAssign) and statement.value is None:
            continue  # a type alone
        for name in bound_names(statement):
            if name in found:
                raise UndecidedError(f"{name} is assigned twice")
            if name in NAMES:
                found[name] = _literal(statement, name)
    return found


def _literal(statement: ast.stmt, name: str) -> object:
    """The value that a statement assigns to a name; of branch labels that are computed, none: few depend on them."""
    targets = getattr(statement, "targets", [getattr(statement, "target", None)])
    try:
        if isinstance(statement, (ast.Assign, ast.AnnAssign)) and all(isinstance(t, ast.Name) for t in targets):
            return ast.literal_eval(statement.value or "")
    except (ValueError, TypeError):
        pass
    if name == "branch_labels":
        return None
    raise UndecidedError(f"{name} is computed")


def bound_names(node: ast.AST) -> Iterator[str]:
    """Yield every name that a statement binds; of functions and classes their own, and what they call global."""
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
        yield from bound_names(child)


def _identifiers(name: str, value: object) -> tuple[str, ...]:
    """None, one string or several, as a tuple."""
    values = () if value is None else (value,) if isinstance(value, str) else value
    if not isinstance(values, (tuple, list, set)) or not all(isinstance(v, str) for v in values):
        raise UndecidedError(f"{name} is not made of strings")
    return tuple(dict.fromkeys(values))

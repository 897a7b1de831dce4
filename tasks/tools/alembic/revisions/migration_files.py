"""What one migration file says of itself, read from its syntax tree and never by running it."""

from __future__ import annotations

import ast
import functools
import importlib.util
import re
import warnings
from collections.abc import Iterator, Mapping

from .answers import UndecidedError
from .graph import Revision

NAMES = ("revision", "down_revision", "depends_on", "branch_labels")
# An assignment at the top level, as far as the next line that is not indented.
ASSIGNMENT = re.compile(rf"^(?:{'|'.join(NAMES)})\b[ \t]*(?::[^=\n]*)?=(?!=).*(?:\n[ \t)\]].*)*", re.MULTILINE)
LEGACY_NAME = re.compile(r"([a-f0-9]+)\.py$")
ILLEGAL = re.compile("[-@+:]")

Bound = Mapping[str, list[ast.expr | None]]
"""By name, what each place binds it to; None where that is more than one value."""


@functools.cache  # several commits share most of their files
def read_migration(content: bytes | None, name: str) -> Revision:
    """Return what a migration file called `name` says, as it is written. Raises UndecidedError (without a path)."""
    if content is None:
        raise UndecidedError("no down_revision in it")
    source = decoded(content)
    try:
        tree = _parsed(content, source)
        bound = _bound(tree)
    except (RecursionError, MemoryError) as error:
        raise UndecidedError("nested too deeply to read") from error
    if "down_revision" not in bound:
        raise UndecidedError("no down_revision in it")
    docstring = (ast.get_docstring(tree) or "").strip()
    return Revision(
        _revision(bound, name),
        _identifiers(bound, "down_revision"),
        _identifiers(bound, "depends_on"),
        _labels(bound),
        docstring.partition("\n")[0].strip(),
        source=source,
    )


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


def _bound(tree: ast.Module) -> Bound:
    found: dict[str, list[ast.expr | None]] = {}
    for statement in tree.body:
        value = statement.value if isinstance(statement, (ast.Assign, ast.AnnAssign)) else None
        if isinstance(statement, ast.AnnAssign) and value is None:
            continue  # a type alone
        targets = getattr(statement, "targets", [getattr(statement, "target", None)])
        plain = {target.id for target in targets if isinstance(target, ast.Name)}
        for name in bound_names(statement):
            if name in NAMES:
                found.setdefault(name, []).append(value if name in plain else None)
    return found


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


def _literal(bound: Bound, name: str) -> object:
    """The value of a name that is bound once, to a literal. Raises UndecidedError otherwise."""
    value, *more = bound[name]
    if more:
        raise UndecidedError(f"{name} is assigned twice")
    try:
        if value is None:
            raise ValueError
        return ast.literal_eval(value)
    except (ValueError, TypeError, RecursionError, MemoryError) as error:
        raise UndecidedError(f"{name} is computed") from error


def _revision(bound: Bound, name: str) -> str:
    """The id; that of the oldest migrations stands in the name of the file."""
    legacy = LEGACY_NAME.match(name)
    if "revision" not in bound and legacy:
        return legacy[1]
    value = _literal(bound, "revision") if "revision" in bound else None
    if not isinstance(value, str) or not value or ILLEGAL.search(value) or value in ("base", "head", "heads"):
        raise UndecidedError(f"{value!r} cannot be the name of a revision")
    return value


def _identifiers(bound: Bound, name: str) -> tuple[str, ...]:
    """None, one string or several, as a tuple."""
    value = _literal(bound, name) if name in bound else None
    values = () if value is None else (value,) if isinstance(value, str) else value
    if not isinstance(values, (tuple, list, set)) or not all(isinstance(v, str) for v in values):
        raise UndecidedError(f"{name} is not made of strings")
    return tuple(dict.fromkeys(values))


def _labels(bound: Bound) -> tuple[str, ...]:
    """The branch labels as far as they are literal: only a depends_on can need them."""
    try:
        return _identifiers(bound, "branch_labels")
    except UndecidedError:
        return ()

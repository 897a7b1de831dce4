"""What one migration file says of itself, read from its syntax tree and never by running it."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from .answers import UndecidedError
from .bindings import Binding, parsed, text

_LARGEST = 4_000_000
_LEGACY_NAME = re.compile(r"([a-f0-9]+)\.py$")
_ILLEGAL = re.compile("[-@+:]")


@dataclass(frozen=True)
class Module:
    """The identifiers of one migration as written; `lines` tells where each name is assigned."""

    revision: str
    down_revisions: tuple[str, ...]
    depends_on: tuple[str, ...]
    branch_labels: tuple[str, ...]
    title: str
    source: str = field(repr=False)
    lines: Mapping[str, int] = field(repr=False)


def read_module(content: bytes | None, name: str) -> Module:
    """Return what a migration file called `name` says. Raises UndecidedError (without a path)."""
    if content is None:
        raise UndecidedError("no down_revision in it")
    if len(content) > _LARGEST:
        raise UndecidedError("too large to read")
    source = text(content)
    title, bindings = parsed(content, source)
    found = {key: bindings[key][0].line for key in bindings}
    module = Module(
        _revision(bindings, name),
        _identifiers(bindings, "down_revision", required=True),
        _identifiers(bindings, "depends_on"),
        _labels(bindings),
        title,
        source,
        found,
    )
    _refuse_illegal(module)
    return module


def _literal(bindings: Mapping[str, list[Binding]], name: str) -> object:
    """The value of a name that is bound once, to a literal. Raises UndecidedError otherwise."""
    first, *more = bindings[name]
    if more:
        raise UndecidedError(f"{name} is assigned twice", line=more[0].line)
    try:
        if first.value is None:
            raise ValueError
        return ast.literal_eval(first.value)
    except (ValueError, TypeError, RecursionError, MemoryError) as error:
        raise UndecidedError(f"{name} is computed", line=first.line) from error


def _revision(bindings: Mapping[str, list[Binding]], name: str) -> str:
    if "revision" not in bindings:
        legacy = _LEGACY_NAME.match(name)
        if not legacy:
            raise UndecidedError("no revision in it")
        return legacy[1]
    value = _literal(bindings, "revision")
    if not isinstance(value, str):
        raise UndecidedError("revision is not a string", line=bindings["revision"][0].line)
    return value


def _identifiers(bindings: Mapping[str, list[Binding]], name: str, required: bool = False) -> tuple[str, ...]:
    """None, one string or several, as a tuple."""
    if name not in bindings:
        if required:
            raise UndecidedError(f"no {name} in it")
        return ()
    value = _literal(bindings, name)
    values = () if value is None else (value,) if isinstance(value, str) else value
    if not isinstance(values, (tuple, list, set)) or not all(isinstance(v, str) for v in values):
        raise UndecidedError(f"{name} is not made of strings", line=bindings[name][0].line)
    return tuple(dict.fromkeys(values))


def _labels(bindings: Mapping[str, list[Binding]]) -> tuple[str, ...]:
    """The branch labels as far as they are literal: only a depends_on can need them."""
    try:
        return _identifiers(bindings, "branch_labels")
    except UndecidedError:
        return ()


def _refuse_illegal(module: Module) -> None:
    revision, line = module.revision, module.lines.get("revision", 0)
    if not revision or _ILLEGAL.search(revision) or revision in ("base", "head", "heads"):
        raise UndecidedError(f"{revision!r} cannot be the name of a revision", line=line)

"""Data checked against the shape of hosts.yaml: where it is wrong, and what is allowed there."""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec

from ..console.text import nearest

WORDS = {str: "text", int: "a whole number", list: "a list", dict: "a mapping", type(None): "nothing"}


class InvalidError(Exception):
    """The value at `path` cannot be meant: `problem` says why, without quoting the value itself."""

    def __init__(self, path: tuple, problem: str = "", allowed: str = "") -> None:
        super().__init__(problem or allowed)
        self.path, self.problem, self.allowed = path, problem, allowed


def convert(value: Any, kind: type) -> Any:
    """Return `value` as a `kind`, a Struct; raise InvalidError for the first thing that is wrong."""
    try:
        return msgspec.convert(value, kind, strict=False)
    except msgspec.ValidationError:
        raise _find(value, kind, ()) from None


def _find(value: Any, declared: Any, path: tuple) -> InvalidError:
    for kind in _alternatives(declared):
        if isinstance(value, dict) and hasattr(kind, "__struct_fields__"):
            return _in_section(value, kind, path)
        if isinstance(value, dict) and get_origin(kind) is dict and value:
            return _in_mapping(value, get_args(kind)[1], path)
        if isinstance(value, list) and get_origin(kind) is list and value:
            return _first(((key, item, get_args(kind)[0]) for key, item in enumerate(value)), path)
    return InvalidError(path, allowed=_allowed(declared))


def _in_section(value: dict, kind: type, path: tuple) -> InvalidError:
    fields = msgspec.structs.fields(kind)
    known = [f.name for f in fields]
    for key in value:
        if key not in known:
            return InvalidError(path, f"unknown key {key!r}{nearest(key, known)}; allowed: {', '.join(known)}")
    for field in fields:
        if field.required and field.name not in value:
            return InvalidError(path, f"the key {field.name!r} is missing; allowed: {_allowed(field.type)}")
    return _first(((f.name, value[f.name], f.type) for f in fields if f.name in value), path)


def _in_mapping(value: dict, declared: Any, path: tuple) -> InvalidError:
    for key in value:
        if not isinstance(key, str):
            return InvalidError(
                path, f"found the key {key!r}; allowed: text (in quotes, if it looks like something else)"
            )
    return _first(((key, item, declared) for key, item in value.items()), path)


def _first(items: Iterable[tuple[Any, Any, Any]], path: tuple) -> InvalidError:
    wrong = ((key, item, declared) for key, item, declared in items if not _fits(item, declared))
    key, item, declared = next(wrong)
    return _find(item, declared, (*path, key))


def _fits(value: Any, declared: Any) -> bool:
    if _is_union(declared):  # part by part: msgspec 0.22 crashes when it forgets a union of pattern and list
        return any(_fits(value, part) for part in get_args(declared))
    try:
        msgspec.convert(value, declared, strict=False)
    except msgspec.ValidationError:
        return False
    return True


def _is_union(declared: Any) -> bool:
    return get_origin(declared) in (Union, types.UnionType)


def _alternatives(declared: Any) -> Iterator[Any]:
    if get_origin(declared) is Annotated:
        yield from _alternatives(get_args(declared)[0])
    elif _is_union(declared):
        for part in get_args(declared):
            yield from _alternatives(part)
    else:
        yield declared


def _allowed(declared: Any) -> str:
    return " or ".join(word for word in _words(declared) if word != "nothing")


def _words(declared: Any) -> Iterator[str]:
    """Yield what may stand in a place, in words."""
    if get_origin(declared) is Annotated:
        yield get_args(declared)[1].description
    elif _is_union(declared):
        for part in get_args(declared):
            yield from _words(part)
    elif get_origin(declared) is Literal:
        yield from map(repr, get_args(declared))
    else:
        yield WORDS.get(get_origin(declared) or declared, "a mapping")

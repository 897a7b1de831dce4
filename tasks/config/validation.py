"""What msgspec says of hosts.yaml, as its reader needs it: where it is wrong, what is there, what is allowed."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar, get_args

import msgspec

from ..console.text import nearest
from . import conversion
from .shapes import ALLOWED, Section

T = TypeVar("T", bound=Section)
Place = tuple[Any, ...]
"""Keys and indexes, from the outermost to the innermost."""

LONGEST = 80  # characters of a value that stand in an error
MESSAGE = re.compile(r"(.*?)(?: - at (`key` in )?`\$([\w.\[\]]*)`)?", re.DOTALL)
FIELD = re.compile(r"Object (?:contains (unknown)|missing required) field `(.*)`", re.DOTALL)
WORDS = {"object": "a mapping", "array": "a list", "str": "text", "int": "a whole number"}


class InvalidError(Exception):
    """The value at `place` cannot be meant: `problem` says why, or `allowed` what may stand there."""

    def __init__(self, place: Place, problem: str = "", allowed: str = "") -> None:
        super().__init__(problem or allowed)
        self.place, self.problem, self.allowed = place, problem, allowed


def convert(value: Any, kind: type[T]) -> T:
    """Return `value` as a `kind`; raise InvalidError for the first thing that is wrong."""
    try:
        return conversion.convert(value, kind, strict=False)
    except msgspec.ValidationError as error:
        raise _meant(str(error), kind) from None


def _meant(message: str, kind: type[Section]) -> InvalidError:
    said, is_key, keys = MESSAGE.fullmatch(message).groups("")  # type: ignore[union-attr]  # any text matches
    place = tuple(int(key) if key.isdigit() else key for key in re.findall(r"\w+", keys))
    if is_key:
        return InvalidError(place, "a key is not text; allowed: text (in quotes, if it looks like something else)")
    if not (field := FIELD.fullmatch(said)):
        return InvalidError(place, allowed=_allowed(said))
    unknown, key = field.groups()
    known = list(_section(kind, place).__struct_fields__)
    problem = f"unknown key {key!r}{nearest(key, known)}" if unknown else f"the key {key!r} is missing"
    return InvalidError(place, f"{problem}; allowed: {', '.join(known)}")


def _allowed(said: str) -> str:
    """Return what msgspec expects, in words; not what it got, which may be the value of a variable."""
    expected = said.removeprefix("Expected ").split(", got ")[0].replace("of length >= 1", "that is not empty")
    for pattern, words in ALLOWED.items():
        if repr(pattern) in expected:
            return words
    return re.sub("`(.*)`", lambda m: " or ".join(WORDS[k] for k in m[1].split(" | ") if k != "null"), expected)


def _section(kind: type[Section], place: Place) -> type[Section]:
    for key in filter(lambda key: isinstance(key, str), place):
        field = next(f for f in msgspec.structs.fields(kind) if f.name == key)
        kind = next(_sections(field.type))
    return kind


def _sections(declared: Any) -> Iterator[type[Section]]:
    if isinstance(declared, type) and issubclass(declared, Section):
        yield declared
    for part in get_args(declared):
        yield from _sections(part)


def sentence(file: Path, at: Place, invalid: InvalidError, raw: Any) -> str:
    """Return one line: file, keys (below `at`), what `raw` has there, what is allowed.

    It quotes the file as it is written, never the value of a variable: that may be a secret.
    """
    keys = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in (*at, *invalid.place))
    where = f"{file.name}: {keys.removeprefix('.') or 'the file'}"
    if invalid.problem:
        return f"{where}: {invalid.problem}."
    return f"{where}: found {_shown(dig(raw, invalid.place))}; allowed: {invalid.allowed}."


def _shown(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return ("a " if value else "an empty ") + ("mapping" if isinstance(value, dict) else "list")
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= LONGEST else text[:LONGEST] + "..."


def dig(data: Any, place: Place) -> Any:
    """Return what stands at `place`."""
    for key in place:
        data = data[key]
    return data


def without(data: Any, place: Place) -> Any:
    """Return a copy of `data` that has nothing at `place`."""
    changed = copy.deepcopy(data)
    del dig(changed, place[:-1])[place[-1]]
    return changed

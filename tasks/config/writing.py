"""hosts.yaml written: an environment as text, each value with its reason; and a file with it put in, else as it was."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from ..console.errors import Refused
from ..console.text import clean
from . import hostsfile, inventory
from .settings import Environment

if TYPE_CHECKING:
    import yaml

LONGEST = 10**6  # characters of a value on one line
COLUMN = 44  # characters before a reason, where the value leaves room
HEAD = """\
# Where things run. No secrets here: ${{NAME}} and ${{NAME:-default}} come from the environment or from .env beside it.
default: {name}

environments:
"""


class Line(Struct, frozen=True):
    """A value at its place in an environment, and why it is that; `open`: a comment, to be filled in.

    Lines of one section stand together, and the first of them is not open.
    """

    place: tuple[str, ...]
    value: Any
    why: str
    open: bool = False

    @property
    def shown(self) -> str:
        """The value as it is written."""
        return _flow(self.value)


def environment(name: str, lines: Sequence[Line], indent: int) -> str:
    """Return the text of an environment whose name begins in the column `indent`."""
    written = [f"{' ' * indent}{_flow(name)}:"]
    above: tuple[str, ...] = ()
    for line in lines:
        *sections, key = line.place
        for depth, section in enumerate(sections):
            if tuple(sections[: depth + 1]) != above[: depth + 1]:
                written.append(f"{_blank(indent, depth)}{section}:")
        above = tuple(sections)
        text = f"{_blank(indent, len(sections))}{'# ' if line.open else ''}{_flow(key)}: {line.shown}"
        written.append(f"{text:<{COLUMN}} # {' '.join(clean(line.why).split())}")
    return "\n".join(written) + "\n"


def _blank(indent: int, depth: int) -> str:
    return " " * (indent + 2 * (depth + 1))


def _flow(value: Any) -> str:
    """Return a value on one line, quoted where YAML would take it for something else."""
    import yaml

    whole = yaml.safe_dump([value], default_flow_style=True, sort_keys=False, allow_unicode=True, width=LONGEST)
    return str(whole).strip()[1:-1]


class Place(Struct, frozen=True):
    """Where an environment goes in a file: between `before` and `after`; `indent` is the column of its name."""

    before: list[str]
    after: list[str]
    indent: int

    def filled(self, name: str, lines: Sequence[Line]) -> str:
        """Return the text of the file with environment `name` there; every other line is as it was."""
        return "".join([*self.before, environment(name, lines, self.indent), *self.after])


def place(path: Path, name: str, replace: bool = False) -> Place:
    """Return where environment `name` goes in the file `path`: behind the others, or to `replace` it, in its place.

    Raises Refused where it has that environment, unless it is to be replaced, and where no line can be put in.
    """
    if not path.exists():
        return Place([HEAD.format(name=_flow(name))], [], 2)
    written = hostsfile.text(path)
    known = _environments(path, written)
    kept = f"{written}\n".splitlines(keepends=True) if not written.endswith("\n") else written.splitlines(keepends=True)
    indent = known.value[0][0].start_mark.column
    found = next((_span(key, value) for key, value in known.value if key.value == name), None)
    if found and not replace:
        raise Refused(
            f"{path.name} has an environment {name!r} already: --name names another, --replace writes it anew."
        )
    if found:
        return Place(kept[: found[0]], kept[found[1] :], indent)
    end = _end(kept, _span(*known.value[-1])[1], indent)
    return Place([*kept[:end], "\n"], kept[end:], indent)


def _environments(path: Path, written: str) -> yaml.MappingNode:
    import yaml

    inventory.check(path, hostsfile.parse(path.name, written))
    root: Any = yaml.compose(written, Loader=yaml.SafeLoader)
    known: yaml.MappingNode = next(value for key, value in root.value if key.value == "environments")
    if known.flow_style:
        raise Refused(f"{path.name}: environments stand in braces, where no line can be added; --output names another.")
    return known


def _span(key: yaml.Node, value: yaml.Node) -> tuple[int, int]:
    """Return the first line of a key, and the one behind the last of its value."""
    return key.start_mark.line, max(_ends(value)) + 1


def _ends(node: yaml.Node) -> Iterable[int]:
    """Yield the last lines of all that a node holds; a mapping itself would end where the next one begins."""
    import yaml

    if isinstance(node, yaml.CollectionNode) and not node.flow_style:
        for each in node.value:
            for inner in each if isinstance(each, tuple) else (each,):
                yield from _ends(inner)
    elif isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
        yield node.end_mark.line - 1
    else:
        yield node.end_mark.line


def _end(lines: Sequence[str], line: int, indent: int) -> int:
    """Return the line behind `line` and the comments that belong to what it ends: they stand further in than names."""
    while line < len(lines) and re.match(rf" {{{indent + 1},}}#", lines[line]):
        line += 1
    return line


def meant(path: Path, written: str, name: str) -> Environment:
    """Return environment `name` of what is to be the text of `path`; raise Refused where it cannot be meant."""
    return inventory.check(path, hostsfile.parse(path.name, written)).reader(name).read()


def save(path: Path, written: str) -> None:
    """Write the file at once, readable by its owner only, or by whom it was before; raise Refused where that fails."""
    place = path.resolve()
    try:
        with tempfile.NamedTemporaryFile("w", dir=place.parent, delete=False, encoding="utf-8", newline="") as file:
            file.write(written)
        if place.exists():
            shutil.copymode(place, file.name)
        Path(file.name).replace(place)
    except OSError as error:
        raise Refused(f"{path}: cannot be written: {error.strerror}.") from None

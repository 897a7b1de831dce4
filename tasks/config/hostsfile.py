"""hosts.yaml as a file: found, and read as YAML in which no key stands twice."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..console.commands import fab
from ..console.errors import Refused
from ..console.text import one_line

if TYPE_CHECKING:
    import yaml

NAMED = "ROLLBACK_HOSTS_FILE"
LOCAL = "hosts.local.yaml"
NAMES = ("hosts.yaml", LOCAL)  # LOCAL is the operator's own, beside one that others keep
SHIPPED = Path(__file__).parents[2] / NAMES[0]


def locate() -> Path:
    """Return the hosts.yaml in use: ROLLBACK_HOSTS_FILE, else the nearest one above this folder."""
    return in_use()[0]


def in_use() -> list[Path]:
    """Return the files in use: hosts.yaml, then the hosts.local.yaml beside it, or one of them.

    The later one counts where both say something. Raises Refused where there is none.
    """
    if named := os.environ.get(NAMED):
        return [Path(named).expanduser().absolute()]
    here = Path.cwd()
    for folder in (here, *here.parents):
        if found := [folder / name for name in NAMES if (folder / name).is_file()]:
            return found
    raise Refused(
        f"No hosts.yaml in {here} or above it; {NAMED} can name one.",
        next=f"To write one: {fab('init USER@HOST')}",
    )


def to_write() -> Path:
    """Return the file that is the operator's to write: the one in use, or hosts.yaml here where there is none.

    The hosts.yaml that came with these tasks stays as it is, so that a later version of it can be pulled: then it is
    the hosts.local.yaml beside it.
    """
    try:
        last = in_use()[-1]
    except Refused:
        return Path.cwd() / NAMES[0]
    return last.with_name(LOCAL) if last == SHIPPED else last


def read(path: Path) -> Any:
    """Return what stands in the file; raise Refused, with the line, where it is not YAML."""
    return parse(path.name, text(path))


def text(path: Path) -> str:
    """Return the file as it is, line ends included; raise Refused where it is no text."""
    try:
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        raise Refused(f"{path}: cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        raise Refused(f"{path.name}: is not YAML: {error}") from None


def parse(name: str, written: str) -> Any:
    """Return what `written`, the text of the file of that name, means; raise Refused, with the line, for no YAML."""
    import yaml

    try:
        return yaml.load(written, Loader=_loader())
    except (yaml.YAMLError, RecursionError) as error:
        raise Refused(f"{name}: is not YAML: {one_line(str(error))}") from None


def _loader() -> type[yaml.SafeLoader]:
    import yaml

    class Loader(yaml.SafeLoader):
        """YAML, in which a key that stands twice is an error instead of the last one winning, and `on` is a key."""

        def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
            node = super().compose_mapping_node(anchor)
            seen = set()
            for key in (key for key, _value in node.value if isinstance(key, yaml.ScalarNode)):
                if key.value in seen:
                    raise yaml.MarkedYAMLError(
                        problem=f"the key {key.value!r} stands twice", problem_mark=key.start_mark
                    )
                seen.add(key.value)
                if key.tag == "tag:yaml.org,2002:bool":  # to YAML 1.1 the word `on` means true
                    key.tag = "tag:yaml.org,2002:str"
            return node

    return Loader

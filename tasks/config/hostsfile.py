"""hosts.yaml as a file: found, and read as YAML in which no key stands twice."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..console.errors import Refused
from ..console.text import one_line

if TYPE_CHECKING:
    import yaml


def locate() -> Path:
    """Return the hosts.yaml in use: ROLLBACK_HOSTS_FILE, else the nearest one above this folder."""
    if named := os.environ.get("ROLLBACK_HOSTS_FILE"):
        return Path(named).expanduser().absolute()
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "hosts.yaml").is_file():
            return folder / "hosts.yaml"
    raise Refused(f"No hosts.yaml in {here} or above it; ROLLBACK_HOSTS_FILE can name one.")


def read(path: Path) -> Any:
    """Return what stands in the file; raise Refused, with the line, where it is not YAML."""
    import yaml

    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_loader())
    except OSError as error:
        raise Refused(f"{path}: cannot be read: {error.strerror}.") from None
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise Refused(f"{path.name}: is not YAML: {one_line(str(error))}") from None


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

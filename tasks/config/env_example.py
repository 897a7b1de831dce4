"""The file beside hosts.yaml that shows which variables it reads: to be copied to .env, and set there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from . import hostsfile

HEAD = "# Copy to .env and take the # away from what is to be otherwise. No secret belongs into this file.\n"


def beside(path: Path) -> Path:
    """Return the file that goes with a hosts.yaml; what came with these tasks is not the operator's to change."""
    return path.with_name(".env.local.example" if path.name == hostsfile.LOCAL else ".env.example")


def added(path: Path, hosts_file: str, name: str, variables: Mapping[str, str]) -> str:
    """Return the text of the file with those `variables` of environment `name` that it does not show yet."""
    before = hostsfile.text(path) if path.exists() else HEAD
    missing = [one for one in variables if not re.search(rf"^#?\s*{one}=", before, re.MULTILINE)]
    lines = "".join(f"#{one}={variables[one]}\n" for one in missing)
    return f"{before}\n# {name} of {hosts_file}, as it stands there:\n{lines}" if missing else before

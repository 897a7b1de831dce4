"""The `${NAME}` and `${NAME:-default}` of hosts.yaml, and where their values come from."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from ..console.errors import Refused

VARIABLE = re.compile(r"\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>[^{}]*))?\}")


def read(folder: Path) -> dict[str, str]:
    """Return the variables of `.env` in `folder`, those of the process above them."""
    from dotenv import dotenv_values

    try:
        values = dotenv_values(folder / ".env")
    except (OSError, UnicodeDecodeError):
        raise Refused(f"{folder / '.env'}: cannot be read as text.") from None
    return {**{name: value for name, value in values.items() if value is not None}, **os.environ}


def malformed(text: str) -> bool:
    """Return whether a `${` in `text` begins no variable, and would stand there unchanged."""
    return "${" in VARIABLE.sub("", text)


def unset(text: str, values: Mapping[str, str]) -> str | None:
    """Return the first variable in `text` that has no value and no default; an empty value is none, as in a shell."""
    named = (m for m in VARIABLE.finditer(text) if m["default"] is None)
    return next((m["name"] for m in named if not values.get(m["name"])), None)


def expand(text: str, values: Mapping[str, str]) -> str:
    """Return `text`, in which nothing is malformed or unset, with its variables put in."""
    return VARIABLE.sub(lambda m: values.get(m["name"]) or m["default"] or "", text)

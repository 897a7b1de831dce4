"""The `${NAME}` and `${NAME:-default}` of hosts.yaml, and where their values come from."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from ..console.errors import Refused

VARIABLE = re.compile(r"\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>[^{}]*))?\}")


class UnsetError(Exception):
    """A `${NAME}` without default whose variable is set nowhere."""


class MalformedError(Exception):
    """A `${` that begins no `${NAME}`."""


def read(folder: Path) -> dict[str, str]:
    """Return the variables of `.env` in `folder`, those of the process above them."""
    from dotenv import dotenv_values

    try:
        values = dotenv_values(folder / ".env")
    except (OSError, UnicodeDecodeError):
        raise Refused(f"{folder / '.env'}: cannot be read as text.") from None
    return {**{name: value for name, value in values.items() if value is not None}, **os.environ}


def expand(text: str, variables: Mapping[str, str]) -> str:
    """Return `text` with its variables put in; an empty one counts as unset, as in a shell's `:-`.

    Raises UnsetError, and MalformedError for a `${` that would stand there unchanged.
    """
    if "${" in VARIABLE.sub("", text):
        raise MalformedError
    return VARIABLE.sub(lambda match: _value(match, variables), text)


def unset(text: str, variables: Mapping[str, str]) -> bool:
    """Return whether `text` names a variable that is set nowhere."""
    try:
        expand(text, variables)
    except UnsetError:
        return True
    return False


def _value(match: re.Match, variables: Mapping[str, str]) -> str:
    if found := variables.get(match["name"]):
        return found
    if match["default"] is None:
        raise UnsetError(match["name"])
    return match["default"]

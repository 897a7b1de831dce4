"""Whether what starts a container also migrates its database."""

from __future__ import annotations

import re
from collections.abc import Iterable

_COMMENT = re.compile(r"(?m)(^|\s)#.*$")
_LISTS = re.compile(r"""(?m)["'\[\],\\]|^\s*-\s""")
_OPTIONS = r"(?:\s+--?[^\s=]+(?:=\S*|\s+[^\s-]\S*)?)*"
_COMMAND = re.compile(
    rf"(?<![\w.-])(?:alembic(?:\.config)?{_OPTIONS}|(?:flask|python\S*\s+\S+)\s+db)\s+upgrade\b"
    r"(?:[ \t]+[^\s;&|]+)*"
)
_PYTHON = re.compile(r"(?<!\w)(?:\w+\.)*command\.upgrade\([^\n]*")


def starts_upgrade(texts: Iterable[str]) -> str | None:
    """Return the words that start an upgrade of the database, None if none are found.

    `texts` are what starts an image: compose's command or entrypoint, the Dockerfile's, the
    scripts they name. `alembic ... upgrade`, `flask db upgrade` and `command.upgrade(...)` in
    Python are recognized, in shell form and in lists; nothing is proved where none is found.
    """
    for text in texts:
        plain = _COMMENT.sub("", text)
        match = _PYTHON.search(plain) or _COMMAND.search(_LISTS.sub(" ", plain))
        if match:
            return " ".join(match[0].split())
    return None

"""The names of copies: LIVE__snap_ID, LIVE__old_ID, LIVE__new_ID, within PostgreSQL's 63 bytes."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Literal, cast

from .psql import NAME_LIMIT

Kind = Literal["snap", "old", "new"]
ID_LIMIT = 24  # characters of an id; what is left of the 63 bytes names the live database
STEM_LIMIT = NAME_LIMIT - len("__snap_") - ID_LIMIT
ID = re.compile(rf"[A-Za-z0-9][A-Za-z0-9.-]{{0,{ID_LIMIT - 1}}}")


@dataclass(frozen=True)
class Copy:
    """What the name of a copy says: its kind and the id of the run that made it."""

    name: str
    kind: Kind
    id: str


def stem(live: str) -> str:
    """Return what copies of LIVE begin with: its name, or its head and a hash if it is long."""
    raw = live.encode()
    if len(raw) <= STEM_LIMIT:
        return live
    head = raw[: STEM_LIMIT - 9].decode(errors="ignore")
    return f"{head}_{hashlib.sha256(raw).hexdigest()[:8]}"


def copy_name(live: str, kind: Kind, run_id: str) -> str:
    """Return the name of a copy of LIVE; raises ValueError if RUN_ID cannot be part of a name."""
    if not ID.fullmatch(run_id):
        raise ValueError(f"an id is 1-{ID_LIMIT} letters, digits, dots or dashes: {run_id!r}")
    return f"{stem(live)}__{kind}_{run_id}"


def parse_copy(name: str, live: str) -> Copy | None:
    """Return what NAME says if it is a copy of LIVE, else None."""
    pattern = rf"{re.escape(stem(live))}__(snap|old|new)_({ID.pattern})"
    found = re.fullmatch(pattern, name)
    return Copy(name, cast(Kind, found[1]), found[2]) if found and name != live else None

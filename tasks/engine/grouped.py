"""A proof in few lines: what is well by its kind, what is not one by one."""

from __future__ import annotations

import os
from collections.abc import Sequence

from .world import Check

LONGEST = 58  # characters of a line about several things; what they are is shown with -v
LEFT_OUT = "left out"  # the state of what was not required, and is not as it should be


def rows(checks: Sequence[Check], left_out: Sequence[Check] = ()) -> list[tuple[str, str, str]]:
    """Return the state, the kind and what was seen: a row for each kind, one for each thing that is not well."""
    found = []
    for name in dict.fromkeys(check.name for check in checks):
        own = [check for check in checks if check.name == name]
        well = [check for check in own if check.ok]
        found += [("ok", name, _told(well))] if well else []
        found += [("WRONG", name, check.line) for check in own if not check.ok]
    return [*found, *((LEFT_OUT, check.name, check.line) for check in left_out)]


def _told(well: list[Check]) -> str:
    if len(well) == 1:
        return well[0].line
    text = f"{len(well)}: {together([check.looked_at for check in well])}"
    return text if len(text) <= LONGEST else f"{len(well)}, all as they should be"


def together(names: Sequence[str]) -> str:
    """Return several names after each other, the words that all of them begin with once."""
    words = [name.split(" ") for name in dict.fromkeys(names)]
    same = len(os.path.commonprefix([one[:-1] for one in words])) if len(words) > 1 else 0
    return " ".join([*words[0][:same], ", ".join(" ".join(one[same:]) for one in words)])

"""plan.json: a run's plan as it lies in its folder on the host, with who runs it."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from ..config.conversion import convert
from .plan import Plan

FORMAT = 2  # of plan.json, and of the files beside it


def written(owner: dict[str, str], plan: Plan) -> str:
    """Return what plan.json holds."""
    return json.dumps({"format": FORMAT, "owner": owner, "plan": msgspec.to_builtins(plan)})


def read(text: str) -> tuple[dict[str, str], Plan]:
    """Return who ran the plan of plan.json, and the plan.

    Raises ValueError where it is of another format as well: its steps would not be run as they were meant.
    """
    try:
        whole: dict[str, Any] = convert(json.loads(text), dict[str, Any])
        if (written := whole.get("format", 1)) == FORMAT:
            return whole.get("owner") or {}, convert(whole["plan"], Plan)
    except (msgspec.MsgspecError, ValueError, KeyError) as error:
        raise ValueError(f"The plan of the run cannot be read: {' '.join(str(error).split())}.") from None
    raise ValueError(
        f"The run was written by another version of these tasks (format {written}; this one reads {FORMAT}): "
        f"use that version for it, or leave it as it is."
    )

"""What a run that was proven did."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from .world import Check


class Outcome(Struct, frozen=True, kw_only=True):
    """What a run did; times in seconds; `back` is the command that takes it back."""

    run: str
    task: str
    purpose: str
    steps: list[dict[str, Any]]
    checks: list[Check]
    recovery: float
    outage: float | None
    back: str

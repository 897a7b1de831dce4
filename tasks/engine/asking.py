"""The one question before a run: what it costs is a part of it, where no line above says so."""

from __future__ import annotations

from .plan import Plan
from .told import Told

SURE = " Go on?"  # how what speaks of a loss ends


def costs(told: Told) -> list[str]:
    """Return what is lost, each by its name."""
    return [asked.removesuffix(SURE).rstrip(".") for asked in told.questions if asked.endswith(SURE)]


def sentences(plan: Plan, above: str = "") -> list[str]:
    """Return all that has to be asked by name and is not said `above`."""
    said = (asked.removesuffix(SURE) for asked in plan.questions)
    return [one for one in said if one.rstrip(".") not in above]


def question(plan: Plan, where: str) -> str:
    """Return the question below the summary of a plan."""
    above = "\n".join(plan.summary.values())
    though = ", though data goes" if any(one in above for one in costs(plan)) else ""
    return " ".join([*sentences(plan, above), f"Do this on {where}{though}?"])

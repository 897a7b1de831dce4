"""What the operator is told of a run before it begins: by the preflight, and by the plan that is made of it."""

from __future__ import annotations

import secrets
import time

from msgspec import Struct, field


def new_id() -> str:
    """Return an identifier of a run: it sorts by time, and nobody can guess it."""
    return time.strftime("%Y%m%d-%H%M%S-", time.gmtime()) + secrets.token_hex(3)


class Drift(Struct, frozen=True):
    """That a service runs with something else than is written down: `what` differs, and the `names` in it that do."""

    service: str
    what: str
    names: list[str] = []


class Told(Struct, frozen=True, kw_only=True):
    """What the operator is told of a run, and asked by name, before it begins; `run` is its id.

    `drift` is what the run changes beside that; a warning says it as well. `summary` is what matters most, by heading.
    """

    run: str = field(default_factory=new_id)
    facts: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    drift: list[Drift] = field(default_factory=list)
    summary: dict[str, str] = field(default_factory=dict)


class PreflightReport(Told, frozen=True, kw_only=True):
    """What was found before a run."""

    @property
    def activity(self) -> str:
        """What the host's journals were then: a run that began since is noticed."""
        return ""

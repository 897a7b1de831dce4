"""What `status --json` says of a host under stable names: the lines of the overview as data."""

from __future__ import annotations

from msgspec import Struct, field

from ...engine import history
from ...tools.compose.inspect import Container
from ..history.past import Past
from .examine import Examined


class Answered(Struct, frozen=True):
    """A health address: the HTTP status, 0 where there was no answer, and whether that is as it should be.

    `said` is the line of the body that tells most, where it is not.
    """

    url: str
    status: int
    ok: bool
    said: str = ""


class Errors(Struct, frozen=True):
    """The errors in the log of a container since the newest start, and the last that names a reason."""

    container: str
    count: int
    last: str


class LastRun(Struct, frozen=True):
    """The last run; `at` is the host's clock (seconds) when it began, None where its journal does not say."""

    run: str
    task: str
    at: float | None
    state: str


class Facts(Struct, frozen=True, kw_only=True):
    """One host: hashes are full, `free` is bytes by mount; what could not be read stands in `problems` by name.

    `good` is the commit to go back to, empty where none is known; `revision` the rows of the alembic table and
    `needed` those that HEAD needs, None where they cannot be told.
    """

    commit: str = ""
    subject: str = ""
    branch: str = ""
    modified: list[str] = field(default_factory=list)
    good: str = ""
    containers: list[Container] = field(default_factory=list)
    revision: list[str] | None = None
    needed: list[str] | None = None
    health: list[Answered] = field(default_factory=list)
    errors: list[Errors] = field(default_factory=list)
    engine: str = ""
    free: dict[str, int] = field(default_factory=dict)
    last_run: LastRun | None = None
    lock: str = ""
    problems: dict[str, str] = field(default_factory=dict)


def of(e: Examined, before: Past, journals: history.Journals, lock: str) -> Facts:
    """Return what was found on a host; `lock` says who holds it, empty where nobody does."""
    seen, runs = e.seen, history.summaries(journals)
    return Facts(
        commit=seen.head,
        subject=seen.subject,
        branch=seen.branch,
        modified=seen.modified,
        good=before.target,
        containers=seen.containers,
        revision=seen.revision,
        needed=e.heads,
        health=[Answered(r.url, r.code, r.ok, r.said) for r in seen.responses],
        errors=[Errors(n.container, len(n.times), n.last) for n in e.errors if n.times],
        engine=seen.engine,
        free=seen.free,
        last_run=LastRun(*(runs[0][name] for name in ("run", "task", "at", "state"))) if runs else None,
        lock=lock,
        problems=seen.problems,
    )

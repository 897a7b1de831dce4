"""What evidence and report are made of, beside the incident itself: the run, the data, a place to write to."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from ..console.errors import Failed
from ..engine import record as story
from ..ssh import paths
from ..tools.postgres.psql import Database
from ..tools.postgres.reads import rows_script, server_script
from ..tools.postgres.report import Server, parse_server, parse_tables
from .record import Incident

COUNTING = 30  # seconds that counting all rows may take


def run_of(c, run: str | None) -> tuple[str, str]:
    """Return the id of `run` or of the last one, and the commit it left; empty where there is none."""
    if run is None and not c.sh(f"ls {paths.state(c.environment)}/runs 2>/dev/null || :").stdout.strip():
        return "", ""
    known = story.read(c, run)
    return known.run, known.plan.before.get("commit") or ""


def data(c, incident: Incident) -> tuple[dict[str, int] | None, Server | None]:
    """Return the rows of every table and what the server holds; None for what gives no answer in time."""
    settings = c.environment.database
    found = incident.seen.of(c.environment.service("database") or "db")
    container = next((k.name for k in found if k.running), None)
    if not settings or not container:
        return None, None
    database = Database(container, settings.name, settings.user)
    answers = c.ask({"server": server_script(database), "rows": rows_script(database)}, timeout=COUNTING)
    rows = {k: v.rows for k, v in parse_tables(answers["rows"].out).items()} if answers["rows"].ok else None
    return rows, parse_server(answers["server"].out, database.name) if answers["server"].ok else None


@contextlib.contextmanager
def writing(place: Path) -> Iterator[None]:
    """Raise Failed, in one line, where `place` on this machine cannot be written."""
    try:
        yield
    except OSError as error:
        raise Failed(f"{place} cannot be written: {error.strerror}.") from None

"""What evidence and report are made of, beside the incident itself: the run, the data, a place to write to."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from ..console.errors import Failed
from ..engine import journal, record
from ..ssh.host import Host
from ..tools.postgres import reads
from ..tools.postgres.psql import Database
from ..tools.postgres.server import Server
from .timeline import Incident

COUNTING = 30  # seconds that counting all rows may take


def run_of(host: Host, run: str | None) -> tuple[str, str]:
    """Return the id of `run` or of the last one, and the commit it left; empty where there is none."""
    try:
        known = record.read(host, run) if run else host.ask(record.probe(host.environment))
    except record.OtherFormat:  # its files are evidence all the same
        return run or next(reversed(host.ask(journal.every(host.environment, 1))), ""), ""
    if known is None:
        return "", ""
    return known.run, known.plan.before.commit if known.plan.before else ""


def data(host: Host, incident: Incident) -> tuple[dict[str, int] | None, Server | None]:
    """Return the rows of every table and what the server holds; None for what gives no answer in time."""
    settings = host.environment.database
    found = incident.seen.of(host.environment.service("database") or "db")
    container = next((k.name for k in found if k.running), None)
    if not settings or not container:
        return None, None
    live = Database(container, settings.name, settings.user)
    probes = reads.optional(reads.rows(live)), reads.optional(reads.server(live))
    rows, server = host.ask(*probes, timeout=COUNTING)
    return rows, server


@contextlib.contextmanager
def writing(place: Path) -> Iterator[None]:
    """Raise Failed, in one line, where `place` on this machine cannot be written."""
    try:
        yield
    except OSError as error:
        raise Failed(f"{place} cannot be written: {error.strerror}.") from None

"""After a rollback: the evidence, the checklist, the report, and a word to the team."""

from __future__ import annotations

import contextlib
import socket
import time
from pathlib import Path

import msgspec

from ..core import console, state
from ..core.errors import Failed, Refused
from ..core.incident import checklist as ticks
from ..core.incident import evidence
from ..core.incident import notify as messages
from ..core.incident import record as incidents
from ..core.incident import report as written
from ..core.incident.record import Incident
from ..core.journal import story
from ..core.postgres.psql import Database
from ..core.postgres.reads import rows_script, server_script
from ..core.postgres.report import Server, parse_server, parse_tables
from ..core.task import task

COUNTING = 30  # seconds that counting all rows may take


@task
def logs(c, run=None, count="2000"):
    """Fetch logs, configuration and the last run's folder into a local folder, without secrets."""
    folder = Path("incidents") / f"{c.environment.name}-{time.strftime('%Y%m%d-%H%M%S')}"
    if folder.exists():
        raise Refused(f"{folder} is there already. Nothing was written.")
    name, bad = _run_of(c, run)
    for member in c.fleet:
        files = evidence.fetch(member, evidence.collect(c.environment, int(count), name, bad))
        place = folder if len(c.fleet) == 1 else folder / member.host
        texts = evidence.masked(files)
        with _writing(place):
            evidence.keep(place, texts)
        console.say(f"{member.address}: {len(texts)} files, {sum(map(len, texts.values()))} characters")
    console.say(f"The evidence, secrets masked, is in {folder.absolute()}")
    return folder


def _run_of(c, run: str | None) -> tuple[str, str]:
    """Return the id of `run` or of the last one, and the commit it left; empty where there is none."""
    if run is None and not c.sh(f"ls {state.folder(c.environment)}/runs 2>/dev/null || :").stdout.strip():
        return "", ""
    known = story.read(c, run)
    return known.run, known.plan.before.get("commit") or ""


@contextlib.contextmanager
def _writing(place: Path):
    try:
        yield
    except OSError as error:
        raise Failed(f"{place} cannot be written: {error.strerror}.") from None


@task
def report(c, run=None, output=None):
    """Print a report of the incident in Markdown, and write it into a file with --output."""
    place = Path(output).expanduser() if output else None
    if place and place.exists():
        raise Refused(f"--output: {place} is there already. Nothing was written.")
    incident = incidents.read(c, run)
    main = incidents.chosen(incident)
    text = written.write(incident, *_data(c, incident))
    if place:
        with _writing(place):
            evidence.write(place, text)
        incidents.note(c, main.run, "documented", f"in {place.name} on {socket.gethostname()}")
        console.aside(f"Written to {place.absolute()}")
    console.say(text.rstrip())
    return text


def _data(c, incident: Incident) -> tuple[dict[str, int] | None, Server | None]:
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


@task
def checklist(c, run=None, json=False):
    """Show the runbook's checklist, ticked from what really happened, and what is left to do."""
    incident = incidents.read(c, run)
    items = ticks.checklist(incident)
    if console.document([msgspec.to_builtins(item) for item in items]):
        return items
    for item in items:
        console.say(f"- [{'x' if item.done else ' '}] {item.text}", style="green" if item.done else None)
        console.say(incident.secrets.mask(f"      {item.evidence}"), style="dim")
        if not item.done:
            console.say(f"      next: {item.command}", style="yellow")
    return items


@task
def notify(c, message=None, run=None):
    """Send the team a short, true status of the last run and of the deployment's health."""
    addresses = c.environment.notify
    if not addresses:
        raise Refused(
            f"hosts.yaml: environments.{c.environment.name}: notify: names no address; it takes Apprise addresses "
            "(ROLLBACK_NOTIFY_URL in .env, as hosts.yaml comes). Nothing was sent."
        )
    incident = incidents.read(c, run)
    body = incident.secrets.mask("\n".join(filter(None, [message, written.headline(incident)])))
    sent = messages.send(addresses, f"Rollback on {c.environment.name}", body)
    console.say(body)
    for one in sent:
        console.say(f"{one.to}: {'sent' if one.ok else one.why}", style="green" if one.ok else "red")
    good = sum(one.ok for one in sent)
    if good and incident.main:
        incidents.note(c, incident.main.run, "notified", f"{good} of {len(sent)} addresses")
    if good < len(sent):
        raise Failed(f"{len(sent) - good} of {len(sent)} addresses could not be told; see above.")
    return sent

"""After a rollback: the evidence, the checklist, the report, and a word to the team."""

from __future__ import annotations

import re
import socket
import time
from pathlib import Path

from msgspec import to_builtins

from ..console import terminal as console
from ..console.commands import HOSTS_FILE, JOINT
from ..console.errors import Failed, Refused
from ..console.units import size
from ..incident import checklist as ticks
from ..incident import evidence, news, pages, reading
from ..incident import notify as messages
from ..incident import report as written
from ..incident import timeline as incidents
from ..incident.checklist import Item
from ..incident.notify import Sent
from ..incident.reading import First
from ..incident.timeline import Incident
from ..ssh.host import Host
from .declare import task


@task(help={"count": "how many lines of each container's log"})
def logs(c: Host, run: str | None = None, count: int | str = "2000", json: bool = False) -> Path:
    """Fetch all logs, configuration and the last run's folder, without secrets, and say which lines to read first."""
    folder = Path("incidents") / f"{c.environment.name}-{time.strftime('%Y%m%d-%H%M%S')}"
    if folder.exists():
        raise Refused(f"{folder} is there already. Nothing was written.")
    record, kept = incidents.main_record(c, run), []
    for member in c.fleet:
        files = evidence.fetch(member, evidence.collect(c.environment, int(count), record))
        place = folder if len(c.fleet) == 1 else folder / member.host
        texts = evidence.masked(files)
        evidence.keep(place, texts)
        first = reading.first_lines(c.environment, texts)
        known = {"host": member.address, "folder": str(place.absolute()), "files": sorted(texts)}
        kept.append({**known, "read": [to_builtins(one) for one in first]})
        console.say(f"{member.address}: {len(texts)} files, {size(sum(map(len, texts.values())))}")
        _read_first(first)
    console.emit_json({"folder": str(folder.absolute()), "hosts": kept})
    console.say(f"The evidence, secrets masked, is in {folder.absolute()}")
    return folder


def _read_first(first: list[First]) -> None:
    """Say which lines to read first; of the logs without an error, that they have none."""
    for one in first:
        if one.line:
            console.say(f"  read first: {one.file}:{one.line}: {one.text}", style="yellow")
    if silent := [one.file for one in first if not one.line]:
        console.say(f"  no error in {', '.join(silent)}", style="dim")


@task(help={"output": "a local file to write it to as well: FILE.html as a page, any other as Markdown; not there yet"})
def report(c: Host, run: str | None = None, output: str | None = None, json: bool = False) -> str:
    """Print a report of the incident in Markdown, and write it into a file with --output."""
    place = Path(output).expanduser() if output else None
    if place and place.exists():
        raise Refused(f"--output: {place} is there already. Nothing was written.")
    incident = incidents.read(c, run)
    found = written.make(c, incident)
    text = pages.markdown(found, incident.secrets)
    if place:
        evidence.write(place, pages.html(found, incident.secrets) if place.suffix == ".html" else text)
        incidents.note(c, incident, "documented", f"in {place.name} on {socket.gethostname()}")
        console.to_stderr(f"Written to {place.absolute()}")
    if not console.emit_json({"report": text, "file": str(place.absolute()) if place else ""}):
        console.say(re.sub(r"`[^`\n]+`", _unbroken, text.rstrip()))
    return text


def _unbroken(code: re.Match[str]) -> str:
    """Return what stands between backticks as one word: it is there to be copied."""
    return code[0].replace(" ", JOINT)


@task
def checklist(c: Host, run: str | None = None, json: bool = False) -> list[Item]:
    """Show the runbook's checklist, ticked from what really happened, and what is left to do."""
    incident = incidents.read(c, run)
    items = ticks.checklist(incident)
    if console.emit_json([to_builtins(item) for item in items]):
        return items
    for item in items:
        console.say(f"- [{'x' if item.done else ' '}] {item.text}", style="green" if item.done else None)
        console.say(incident.secrets.mask(f"      {item.evidence}"), style="dim")
        if not item.done:
            console.say(f"      next: {item.command}", style="yellow")
    return items


@task(help={"plan": "show the text and send nothing"})
def notify(
    c: Host, message: str | None = None, run: str | None = None, plan: bool = False, json: bool = False
) -> list[Sent]:
    """Send the team a short, true status of the last run and of the deployment's health."""
    addresses = c.environment.notices.addresses
    if not (addresses or plan):
        raise Refused(
            f"{HOSTS_FILE}: environments.{c.environment.name}: notify: names no address; it takes Apprise addresses "
            "(such as ${ROLLBACK_NOTIFY_URL}, which .env beside it sets). Nothing was sent."
        )
    incident = incidents.read(c, run)
    told = news.of_incident(incident, message or "")
    sent = [] if plan else messages.send(addresses, told.title, told.text)
    console.emit_json({"message": told.text, "sent": [to_builtins(one) for one in sent]})
    console.say(told.text)
    if plan:
        console.say(f"Nothing was sent (--plan). Addresses in {HOSTS_FILE}: {len(addresses)}.")
        return []
    return _said(c, incident, sent)


def _said(c: Host, incident: Incident, sent: list[Sent]) -> list[Sent]:
    """Say what became of the message, and note it; raise Failed where an address could not be told."""
    for one in sent:
        console.say(f"{one.to}: {'sent' if one.ok else one.why}", style="green" if one.ok else "red")
    good = sum(one.ok for one in sent)
    if good:
        incidents.note(c, incident, "notified", f"{good} of {len(sent)} addresses")
    if good < len(sent):
        raise Failed(f"{len(sent) - good} of {len(sent)} addresses could not be told; see above.")
    return sent

"""An incident written down in Markdown: only what the journal says and what is there now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from ..console.commands import fab, render
from ..console.errors import Refused
from ..console.units import moment, size, stamp
from ..engine.before import ReleaseBefore, SchemaBefore, SwappedBefore
from ..engine.record import RunRecord
from ..preflight.backups import copies
from ..preflight.checks import health
from ..preflight.present.state import State
from ..ssh.host import Host
from ..tools.postgres import reads
from ..tools.postgres.server import Server
from . import checklist
from .checklist import Item
from .timeline import Incident, TimelineEntry

COUNTING = 30  # seconds that counting all rows may take
WORDS = {
    "run": "{task} was started by {who} from {machine}",
    "resumed": "the run was taken up again",
    "failed": "{step} failed: {why}",
    "interrupted": "the run was interrupted during {step}",
    "proven": "the result was proven on the host",
    "undone": "the run was taken back",
    "left": "the run was left as it was",
    "notified": "the team was told: {what}",
    "documented": "the incident was documented: {what}",
}


def headline(incident: Incident) -> str:
    """Return what is true in a sentence or two: what was done, whether it was proven, and how the deployment is now."""
    main, proven = incident.main, incident.proven
    if main is None:
        return f"{incident.environment}: no rollback was run. {present(incident.seen)}"
    ending = f"proven {moment(proven.at)}" if proven else f"not proven: {main.state}"
    half = "; it is applied only in part" if main.partially_applied else ""
    return f"{incident.environment}: {main.plan.task}, {main.plan.purpose}: {ending}{half}. {present(incident.seen)}"


def well(seen: State) -> bool:
    """Return whether a deployment runs, and answers as it should."""
    return bool(seen.containers) and not health.wrong(health.answers(seen)) and not health.not_running(seen)


def present(seen: State) -> str:
    """Return one sentence about a deployment as it is now."""
    bad = [check.line for check in health.wrong(health.answers(seen))]
    bad += [f"{check.looked_at} is {check.found}" for check in health.not_running(seen)]
    bad += [] if seen.containers else ["no container"]
    code = f"{seen.head[:12] or 'an unreadable commit'}" + (f" ({seen.subject})" if seen.subject else "")
    good = "healthy" if seen.responses else "everything runs; no health address is configured"
    return f"Now: {code}, {'NOT healthy: ' + '; '.join(bad) if bad else good}."


def write(host: Host, incident: Incident) -> str:
    """Return the report about the main run; Refused where there was none."""
    main = incident.main
    if main is None:
        raise Refused("no run yet: there is nothing to report.", at=incident.address)
    rows, server = data(host, incident.seen)
    lines = [
        f"# Incident on {incident.environment}",
        "",
        headline(incident),
        "",
        *_section("Timeline", _timeline(incident.entries, main)),
        *_section("What was left", _left(main)),
        *_section("What runs now", _now(incident.seen, main)),
        *_section("Proof, read from the host again for this report", _proof(incident, main)),
        *_section("Data", _data(incident, main, rows, server)),
        *_section("Open points", _open(checklist.checklist(incident)[:-1])),
        *_section("Notes", ["- What caused it: _to be filled in_"]),
        f"Run {main.run} on {incident.address}; its logs: `{fab(f'runs.show --run {main.run}')}`.",
    ]
    return incident.secrets.mask(render("\n".join(lines))) + "\n"


def data(host: Host, seen: State) -> tuple[dict[str, int] | None, Server | None]:
    """Return the rows of every table and what the server holds; None for what gives no answer in time."""
    try:
        live = copies.database_of(host, seen)
    except Refused:
        return None, None
    rows, server = host.ask(reads.optional(reads.rows(live)), reads.optional(reads.server(live)), timeout=COUNTING)
    return rows, server


def _section(title: str, lines: Iterable[str]) -> list[str]:
    return [f"## {title}", "", *(list(lines) or ["- nothing is known"]), ""]


def _timeline(entries: list[TimelineEntry], main: RunRecord) -> Iterator[str]:
    titles = {step.name: step.title for step in main.steps}
    ended = {_attempt(entry): entry for entry in entries if entry.event == "end"}
    for entry in entries:
        if entry.event == "end":
            continue
        text = _worded(entry)
        if entry.event == "begin":
            title = titles.get(str(entry.said.get("step"))) if entry.run == main.run else None
            text = f"{title or entry.step}: {_ending(entry, ended.get(_attempt(entry)))}"
        yield f"- {moment(entry.at)} · {text} ({entry.run})"


def _attempt(entry: TimelineEntry) -> tuple[str, Any, Any]:
    return entry.run, entry.said.get("step"), entry.said.get("try")


def _ending(begun: TimelineEntry, end: TimelineEntry | None) -> str:
    if end is None:
        return "begun, its end is not journaled"
    code = end.said.get("code")
    return f"{'done' if code == 0 else f'FAILED with exit code {code}'} in {end.at - begun.at:.1f} s"


def _worded(entry: TimelineEntry) -> str:
    said = defaultdict(lambda: "?", {key: str(value) for key, value in entry.said.items()})
    return WORDS.get(entry.event, entry.event).format_map(said)


def _left(main: RunRecord) -> Iterator[str]:
    before = main.plan.before
    if before and before.commit:
        yield f"- commit {before.commit[:12]}" + (f" (branch {before.branch})" if before.branch else ", detached")
    if isinstance(before, SchemaBefore | SwappedBefore):
        yield f"- database revision {_revision(before.revision)}"
    if isinstance(before, ReleaseBefore):
        yield from (f"- image of {service}: kept as {image}" for service, image in sorted(before.images.items()))
    yield from (f"- {line.strip()}" for line in [*main.plan.facts, *main.plan.warnings])


def _revision(rows: list[str] | None) -> str:
    return "unreadable" if rows is None else ", ".join(rows) or "none"


def _now(seen: State, main: RunRecord) -> Iterator[str]:
    yield f"- commit {seen.head[:12] or 'unreadable'} ({seen.subject}), {seen.branch or 'detached'}"
    if main.plan.expect.revision is not None or seen.revision:
        yield f"- database revision {_revision(seen.revision)}"
    for c in seen.containers:
        yield (
            f"- {c.name}: {c.status} {c.health}".rstrip() + f", image {c.image[7:19]}, since {moment(stamp(c.started))}"
        )
    yield from (f"- {check.line}" for check in health.answers(seen))
    yield from (f"- {name} could not be read: {why.splitlines()[-1]}" for name, why in seen.problems.items())


def _proof(incident: Incident, main: RunRecord) -> Iterator[str]:
    if incident.proven is None:
        yield f"- run {main.run} was not proven: {main.state}"
    for check in incident.checks:
        yield f"- {'ok' if check.ok else 'WRONG'} · {check.name} · {check.line}"


def _data(incident: Incident, main: RunRecord, rows: dict[str, int] | None, server: Server | None) -> Iterator[str]:
    before = main.plan.before
    if isinstance(before, SchemaBefore) and before.snapshot:
        made, now = "made" if incident.done("snapshots") else "NOT made", _copy(before, server)
        yield f"- copy of the database before the change: {before.snapshot}, {made}, now {now}"
    if rows is None:
        yield "- rows were not counted: no database is configured, or it gave no answer in time"
    for table, count in sorted((rows or {}).items()):
        yield f"- {table}: {count} rows now"


def _copy(before: SchemaBefore, server: Server | None) -> str:
    if server is None:
        return "not asked for: no answer"
    there = next((copy for copy in server.copies if copy.name == before.snapshot), None)
    if there:
        return f"there, {size(there.bytes)}"
    return "not there" + (f"; where no clone could be made: the dump {before.dump}" if before.dump else "")


def _open(items: list[Item]) -> Iterator[str]:
    """Yield what is left to do; that the incident is documented is what the report itself does."""
    for item in items:
        if not item.done:
            yield f"- NOT done: {item.text}: {item.evidence}. Next: `{item.command}`"

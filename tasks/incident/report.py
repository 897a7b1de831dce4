"""An incident written down in Markdown: only what the journal says and what is there now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..console.units import moment
from ..tools.postgres.report import Server
from . import checklist
from .checklist import Item
from .record import Entry, Incident, unhealthy

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
    if incident.main is None:
        return f"{incident.environment}: no rollback was run. {present(incident)}"
    plan, proven = incident.main.plan, incident.proven
    ending = f"proven {moment(proven.at)}" if proven else f"not proven: {incident.main.state}"
    half = "; the host is half-done" if incident.main.half else ""
    return f"{incident.environment}: {plan.task}, {plan.purpose}: {ending}{half}. {present(incident)}"


def present(incident: Incident) -> str:
    """Return one sentence about the deployment as it is now."""
    seen = incident.seen
    down = [f"{c.name} is {c.status} {c.health}".strip() for c in seen.containers if not c.running]
    bad = unhealthy(seen) + down + ([] if seen.containers else ["no container"])
    code = f"{seen.head[:12] or 'an unreadable commit'}" + (f" ({seen.subject})" if seen.subject else "")
    good = "healthy" if seen.responses else "everything runs; no health address is configured"
    how = f"NOT healthy: {'; '.join(bad)}" if bad else good
    return f"Now: {code}, {how}."


def write(incident: Incident, rows: dict[str, int] | None, server: Server | None) -> str:
    """Return the report. `rows` are counted now; None for them and `server`: not asked, or no answer."""
    main = incident.main
    lines = [
        f"# Incident on {incident.environment}",
        "",
        headline(incident),
        "",
        *_section("Timeline", _timeline(incident)),
        *_section("What was left", _left(incident)),
        *_section("What runs now", _now(incident)),
        *_section("Proof, read from the host again for this report", _proof(incident)),
        *_section("Data", _data(incident, rows, server)),
        *_section("Open points", _open(checklist.checklist(incident)[:-1])),
        *_section("Notes", ["- What caused it: _to be filled in_"]),
        f"Run {main.run} on {incident.address}; its logs: `fab runs.show --run {main.run}`.",
    ]
    return incident.secrets.mask("\n".join(lines)) + "\n"


def _section(title: str, lines: Iterable[str]) -> list[str]:
    return [f"## {title}", "", *(list(lines) or ["- nothing is known"]), ""]


def _timeline(incident: Incident) -> Iterator[str]:
    titles = {step.name: step.title for step in incident.main.steps}
    ended = {_try(e): e for e in incident.entries if e.event == "end"}
    for entry in incident.entries:
        if entry.event == "end":
            continue
        text = _told(entry)
        if entry.event == "begin":
            own = titles if entry.run == incident.main.run else {}
            text = f"{own.get(entry.said.get('step'), entry.step)}: {_ending(entry, ended.get(_try(entry)))}"
        yield f"- {moment(entry.at)} · {text} ({entry.run})"


def _try(entry: Entry) -> tuple:
    return entry.run, entry.said.get("step"), entry.said.get("try")


def _ending(begun: Entry, end: Entry | None) -> str:
    if end is None:
        return "begun, its end is not journaled"
    code = end.said.get("code")
    return f"{'done' if code == 0 else f'FAILED with exit code {code}'} in {end.at - begun.at:.1f} s"


def _told(entry: Entry) -> str:
    known = {key: str(value) for key, value in entry.said.items()}
    return WORDS.get(entry.event, entry.event).format_map(_Known(known))


class _Known(dict):
    def __missing__(self, key: str) -> str:
        return "?"


def _left(incident: Incident) -> Iterator[str]:
    before, plan = incident.main.plan.before, incident.main.plan
    if commit := before.get("commit"):
        yield f"- commit {commit[:12]}" + (f" (branch {before['branch']})" if before.get("branch") else ", detached")
    if "revision" in before:
        yield f"- database revision {_revision(before['revision'])}"
    for service, image in sorted((before.get("images") or {}).items()):
        yield f"- image of {service}: kept as {image}"
    yield from (f"- {line.strip()}" for line in [*plan.facts, *plan.warnings])


def _revision(rows: list[str] | None) -> str:
    return "unreadable" if rows is None else ", ".join(rows) or "none"


def _now(incident: Incident) -> Iterator[str]:
    seen = incident.seen
    yield f"- commit {seen.head[:12] or 'unreadable'} ({seen.subject}), {seen.branch or 'detached'}"
    if incident.main.plan.expect.revision is not None or seen.revision:
        yield f"- database revision {_revision(seen.revision)}"
    for c in seen.containers:
        yield f"- {c.name}: {c.status} {c.health}".rstrip() + f", image {c.image[7:19]}, since {c.started[:19]}Z"
    for r in seen.responses:
        yield f"- {r.url}: {r.code or 'no answer'}"
    yield from (f"- {name} could not be read: {why.splitlines()[-1]}" for name, why in seen.problems.items())


def _proof(incident: Incident) -> Iterator[str]:
    if incident.proven is None:
        yield f"- run {incident.main.run} was not proven: {incident.main.state}"
    for check in incident.checks:
        yield f"- {'ok' if check.ok else 'WRONG'} · {check.name} · {check.looked_at}: {check.found}"


def _data(incident: Incident, rows: dict[str, int] | None, server: Server | None) -> Iterator[str]:
    if name := incident.main.plan.before.get("snapshot"):
        there = next((copy for copy in server.copies if copy.name == name), None) if server else None
        made = incident.done("snapshots") is not None
        state = f"there, {there.bytes} bytes" if there else "not there" if server else "not asked for: no answer"
        dump = incident.main.plan.before.get("dump")
        state += f"; where no clone could be made: the dump {dump}" if dump and not there else ""
        yield f"- copy of the database before the change: {name}, {'made' if made else 'NOT made'}, now {state}"
    if rows is None:
        yield "- rows were not counted: no database is configured, or it gave no answer in time"
    for table, count in sorted((rows or {}).items()):
        yield f"- {table}: {count} rows now"


def _open(items: list[Item]) -> Iterator[str]:
    """Yield what is left to do; that the incident is documented is what the report itself does."""
    for item in items:
        if not item.done:
            yield f"- NOT done: {item.text}: {item.evidence}. Next: `{item.command}`"

"""An incident written down for somebody who was not there: only what the journal says and what is there now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from ..console.commands import fab
from ..console.errors import Refused
from ..console.units import counted, moment, size, stamp
from ..engine.before import ReleaseBefore, SchemaBefore, SwappedBefore
from ..engine.record import RunRecord
from ..preflight.checks import health
from ..preflight.present.state import State
from ..ssh.host import Host
from ..tools.postgres.server import Server
from . import background, checklist, happened, headline, impact, picture
from .background import Background
from .checklist import Item
from .timeline import Incident


class Point(Struct, frozen=True):
    """Something that somebody has to do or to find out; `command` may do it."""

    text: str
    command: str = ""


def make(host: Host, incident: Incident) -> dict[str, Any]:
    """Return what the pages say of the main run, by the names it has there; Refused where there was none.

    Times and sizes are words already, except those of events.
    """
    main = incident.main
    if main is None:
        raise Refused("no run yet: there is nothing to report.", at=incident.address)
    known = background.read(host, incident.seen, main)
    items = checklist.checklist(incident)[:-1]  # that it is documented is what the report itself does
    return {
        **_about(incident, main),
        **_happened(incident, main, known),
        **_states(incident, main, known),
        "cause": _cause(incident, main, known),
        "checklist": items,
        "points": list(_points(incident, known, items)),
    }


def _about(incident: Incident, main: RunRecord) -> dict[str, str]:
    return {
        "title": f"Incident on {incident.environment}",
        "written": moment(main.now),
        "summary": headline.of(incident),
        "story": headline.story(incident, main),
        "purpose": main.plan.purpose,
        "run": main.run,
        "address": incident.address,
        "logs": fab(f"runs.show --run {main.run}"),
    }


def _happened(incident: Incident, main: RunRecord, known: Background) -> dict[str, Any]:
    return {
        "figures": impact.figures(incident, main, known),
        "picture": picture.draw(incident, main, known),
        "steps": happened.steps(incident, main),
        "events": list(happened.events(incident, main)),
        "commits": known.commits,
        "migrations": list(_migrations(main)),
        "evidence": known.logs,
    }


def _states(incident: Incident, main: RunRecord, known: Background) -> dict[str, list[str]]:
    return {
        "left": list(_left(main)),
        "now": list(_now(incident.seen, main)),
        "proof": list(_proof(incident, main)),
        "data": list(_data(incident, main, known)),
    }


def _cause(incident: Incident, main: RunRecord, known: Background) -> str:
    if incident.cause:
        return f"The last error of the release that was left: {incident.cause.line}."
    if main.plan.undoes:
        return f"An earlier rollback, run {main.plan.undoes}, was taken back."
    if incident.answered:
        return f"When the run began, the application itself said: {incident.answered}."
    if known.verdict:
        return f"What is wrong now, as {fab('diagnose')} sees it: {known.verdict}."
    return "Not known: the logs that were kept name none."


def _migrations(main: RunRecord) -> Iterator[str]:
    """Yield from where to where the schema was moved, and what each downgrade was going to do."""
    before, goal = main.plan.before, main.plan.expect.revision
    if goal is None or not isinstance(before, SchemaBefore | SwappedBefore) or before.revision == goal:
        return
    yield f"from {_revision(before.revision)} to {_revision(goal)}"
    yield from (fact.strip() for fact in main.plan.facts if _about_migrations(fact))


def _about_migrations(fact: str) -> bool:
    return fact.startswith(("takes back ", "  "))


def _left(main: RunRecord) -> Iterator[str]:
    before = main.plan.before
    if before and before.commit:
        yield f"commit {before.commit[:12]}" + (f" (branch {before.branch})" if before.branch else ", detached")
    if isinstance(before, SchemaBefore | SwappedBefore):
        yield f"database revision {_revision(before.revision)}"
    if isinstance(before, ReleaseBefore):
        yield from (f"image of {service}: kept as {image}" for service, image in sorted(before.images.items()))
    yield from (line.strip() for line in [*main.plan.facts, *main.plan.warnings] if not _about_migrations(line))


def _revision(rows: list[str] | None) -> str:
    return "unreadable" if rows is None else ", ".join(rows) or "none"


def _now(seen: State, main: RunRecord) -> Iterator[str]:
    yield f"commit {seen.head[:12] or 'unreadable'} ({seen.subject}), {seen.branch or 'detached'}"
    if main.plan.expect.revision is not None or seen.revision:
        yield f"database revision {_revision(seen.revision)}"
    for c in seen.containers:
        yield f"{c.name}: {c.status} {c.health}".rstrip() + f", image {c.image[7:19]}, since {moment(stamp(c.started))}"
    yield from (check.line for check in health.answers(seen))
    yield from (f"{name} could not be read: {why.splitlines()[-1]}" for name, why in seen.problems.items())


def _proof(incident: Incident, main: RunRecord) -> Iterator[str]:
    if incident.proven is None:
        yield f"run {main.run} was not proven: {main.state}"
    for check in incident.checks:
        yield f"{'ok' if check.ok else 'WRONG'} · {check.name} · {check.line}"
    for check in incident.left_out:
        yield f"not required, and NOT well · {check.name} · {check.line}"


def _data(incident: Incident, main: RunRecord, known: Background) -> Iterator[str]:
    before = main.plan.before
    if isinstance(before, SchemaBefore) and before.snapshot:
        made, now = "made" if incident.done("snapshots") else "NOT made", _copy(before, known.server)
        yield f"copy of the database before the change: {before.snapshot}, {made}, now {now}"
    if known.rows is None:
        yield "rows were not counted: no database is configured, or it gave no answer in time"
    for table, count in sorted((known.rows or {}).items()):
        yield f"{table}: {counted(count, 'row')} now"


def _copy(before: SchemaBefore, server: Server | None) -> str:
    if server is None:
        return "not asked for: no answer"
    there = next((copy for copy in server.copies if copy.name == before.snapshot), None)
    if there:
        return f"there, {size(there.bytes)}"
    return "not there" + (f"; where no clone could be made: the dump {before.dump}" if before.dump else "")


def _points(incident: Incident, known: Background, items: list[Item]) -> Iterator[Point]:
    """Yield what is left to do, and what nobody but people can know."""
    for item in items:
        if not (item.done or item.text == checklist.IDENTIFIED):
            yield Point(f"NOT done: {item.text}: {item.evidence}", item.command)
    if not (incident.cause or incident.answered):
        yield Point("Not known: what caused it", fab("diagnose"))
    yield Point("Not known: who noticed it first, when, and by what")
    yield Point("Not known: whom it reached, and who has to be told")
    if known.commits:
        yield Point(
            f"To do: mend what was taken back ({counted(len(known.commits), 'commit')}), before it is deployed again"
        )
    if incident.done("drops") or incident.done("snapshots"):
        yield Point("To decide: what becomes of the data of before, and for how long they are kept")
